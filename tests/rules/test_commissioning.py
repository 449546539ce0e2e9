"""Commissioning: an EPC that was meant for a tag is that tag's until the tag says otherwise."""

import itertools

import pytest

from edge.model.ids import Epc
from edge.rules.commissioning import (
    FAILURES_MAX,
    STEPS,
    Ambiguous,
    BlankTag,
    CommissioningError,
    Finished,
    Job,
    Lock,
    Met,
    NoTag,
    Note,
    Standing,
    Write,
)

FIRST, SECOND = Epc("30aa"), Epc("30bb")
ANNA, BERT = BlankTag(Epc("e280"), "aa"), BlankTag(Epc("e281"), "bb")


def job(**how: bool) -> Job:
    return Job((FIRST, SECOND), **how)


def test_the_first_epc_goes_to_the_only_tag_and_none_waits_for_one() -> None:
    assert job().next([ANNA]) == Write(FIRST, ANNA, bound=False)
    assert job().next([]) == NoTag()
    assert job().next([ANNA, BERT]) == Ambiguous((ANNA, BERT))
    assert job(any_tag=True).next([BERT, ANNA]) == Write(FIRST, ANNA, bound=False)


def test_what_was_begun_is_settled_on_the_same_tag_and_on_no_other() -> None:
    one = job(any_tag=True)
    one.note(Note.INTENDED, FIRST, ANNA.tid)
    assert one.next([BERT]) == Write(SECOND, BERT, bound=False), "never the first one again"
    assert one.next([BERT, ANNA]) == Write(FIRST, ANNA, bound=True)
    one.note(Note.VERIFIED, FIRST, ANNA.tid)
    assert one.next([ANNA]) == NoTag()


def test_a_spared_tag_gives_its_epc_back_and_is_not_tried_again() -> None:
    one = job()
    one.note(Note.INTENDED, FIRST, ANNA.tid)
    one.note(Note.SPARED, FIRST, ANNA.tid)
    assert one.next([ANNA]) == NoTag()
    assert one.next([ANNA, BERT]) == Write(FIRST, BERT, bound=False)


def test_a_stranger_with_an_epc_of_the_list_is_noted_and_no_other_gets_it() -> None:
    one = job()
    stranger = BlankTag(FIRST, "cc")
    assert one.next([stranger]) == Met(FIRST, stranger)
    one.note(Note.MET, FIRST, stranger.tid)
    assert one.next([stranger, ANNA]) == Write(SECOND, ANNA, bound=False)


def test_a_list_is_done_when_every_tag_is_locked_where_that_is_wanted() -> None:
    one = Job((FIRST,), locks=True)
    one.note(Note.INTENDED, FIRST, ANNA.tid)
    one.note(Note.VERIFIED, FIRST, ANNA.tid)
    assert one.next([ANNA]) == Lock(FIRST, ANNA)
    assert one.next([BERT]) == NoTag()
    one.note(Note.LOCKED, FIRST, ANNA.tid)
    assert one.next([ANNA]) == Finished()


def test_a_tag_on_which_nothing_works_does_not_hold_up_the_others() -> None:
    one = job(any_tag=True)
    one.note(Note.INTENDED, FIRST, ANNA.tid)
    for _ in range(FAILURES_MAX):
        assert one.next([ANNA, BERT]) == Write(FIRST, ANNA, bound=True)
        one.failed(ANNA.tid)
    assert one.next([ANNA, BERT]) == Write(SECOND, BERT, bound=False)


def test_what_the_table_does_not_know_is_refused_and_changes_nothing() -> None:
    ways = {
        Standing.FREE: (),
        Standing.BOUND: (Note.INTENDED,),
        Standing.WRITTEN: (Note.INTENDED, Note.VERIFIED),
        Standing.LOCKED: (Note.INTENDED, Note.VERIFIED, Note.LOCKED),
        Standing.TAKEN: (Note.MET,),
    }
    for standing, note in itertools.product(Standing, Note):
        one = job(locks=True)
        for step in ways[standing]:
            one.note(step, FIRST, ANNA.tid)
        if (standing, note) in STEPS:
            one.note(note, FIRST, ANNA.tid)
            assert one.standing[FIRST] is STEPS[standing, note]
        else:
            with pytest.raises(CommissioningError, match=f"{note} cannot follow"):
                one.note(note, FIRST, ANNA.tid)
            assert one.standing[FIRST] is standing


def test_a_note_that_gives_an_epc_or_a_tag_away_twice_is_refused() -> None:
    one = job()
    one.note(Note.INTENDED, FIRST, ANNA.tid)
    with pytest.raises(CommissioningError, match="not each other's"):
        one.note(Note.VERIFIED, FIRST, BERT.tid)
    with pytest.raises(CommissioningError, match="not each other's"):
        one.note(Note.INTENDED, SECOND, ANNA.tid)
    with pytest.raises(CommissioningError, match="cannot follow"):
        one.note(Note.INTENDED, Epc("30cc"), BERT.tid)
