"""The simulated warehouse's plan and goods: one seed, one warehouse, everywhere."""

import tomllib
from collections import Counter

import pytest

from simulators.catalogue import make_catalogue
from simulators.codes import check_digit
from simulators.hall import floor_toml, standard_hall


def test_two_processes_with_one_seed_see_the_same_warehouse() -> None:
    assert make_catalogue(7) == make_catalogue(7)
    assert make_catalogue(7).first_items() == make_catalogue(7).first_items()


def test_another_seed_is_another_warehouse() -> None:
    assert make_catalogue(7).placements != make_catalogue(8).placements


def test_every_article_has_a_name_a_number_and_a_place_of_its_own() -> None:
    catalogue = make_catalogue(3)

    articles = list(catalogue.articles.values())
    assert len({a.name for a in articles}) == len(articles) == 120
    assert len({a.gtin_13 for a in articles}) == len(articles)
    assert all(check_digit(a.gtin_13[:-1]) == a.gtin_13[-1] for a in articles)
    assert sum(a.popularity for a in articles) == pytest.approx(1.0, abs=1e-3)
    assert {p.sku for p in catalogue.placements} == set(catalogue.articles)


def test_every_piece_has_a_tag_of_its_own_and_lies_where_the_books_say() -> None:
    catalogue = make_catalogue(3)

    items = catalogue.first_items()
    assert len({epc for epc, _, _ in items}) == len(items)
    lying = Counter((sku, location) for _, sku, location in items)
    assert lying == Counter({(p.sku, p.location): p.quantity for p in catalogue.placements})


def test_more_articles_than_names_are_refused() -> None:
    with pytest.raises(ValueError, match="between 1 and 120"):
        make_catalogue(1, articles=121)


def test_the_floor_file_names_every_place_antenna_and_way() -> None:
    hall = standard_hall()

    floor = tomllib.loads(floor_toml(hall))

    assert {place["id"] for place in floor["location"]} == set(hall.places)
    assert Counter(place["kind"] for place in floor["location"]) == {
        "bin": 72,
        "zone": 4,
        "cart": 2,
        "station": 2,
        "portal": 1,
        "quarantine": 1,
    }
    assert all(a["location"] in hall.places for a in floor["antenna"])
    assert Counter(a["reader"] for a in floor["antenna"]) == {"reader-1": 4, "reader-2": 4}
    assert [aisle["x_m"] for aisle in floor["aisle"]] == sorted(hall.aisle_x_m)
    assert len(floor["cross_aisle"]) == 3


def test_every_bin_lies_inside_its_zone() -> None:
    hall = standard_hall()

    for name in hall.bins:
        place = hall.places[name]
        zone = hall.places[str(place.parent)]
        assert abs(place.x_m - zone.x_m) <= zone.width_m / 2
        assert abs(place.y_m - zone.y_m) <= zone.depth_m / 2


def test_walking_goes_round_the_racks() -> None:
    """From aisle A to the same height in aisle C one has to reach a cross aisle first."""
    hall = standard_hall()
    a, c = hall.places["A-02-1"], hall.places["C-02-1"]

    assert hall.walk_m((a.x_m, a.y_m), (a.x_m + 1.9, a.y_m)) == 0.0  # the other side
    assert hall.walk_m((a.x_m, a.y_m), (c.x_m, c.y_m)) == pytest.approx(7.0 + 2 * 3.0)
