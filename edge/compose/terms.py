"""A site's terms out of its configuration: what the rules may depend on, as plain values."""

from collections.abc import Sequence

from edge.model.ids import Badge, LocationId, Sku
from edge.model.prompts import PromptKind
from edge.rules.terms import (
    Effect,
    HoldRule,
    ReviewTerms,
    Rung,
    Strategy,
    Terms,
    TroubleTerms,
    Weigh,
    folded,
)
from edge.settings.exceptions_file import TroubleTable
from edge.settings.gateway import Hold, Settings


def terms_of(settings: Settings, troubles: Sequence[TroubleTable]) -> Terms:
    """The terms of a configuration and of its table of troubles."""
    return Terms(
        company_prefix=settings.gateway.gs1_company_prefix,
        sscc_extension=settings.gateway.sscc_extension,
        serials_above=settings.gateway.sscc_serials_above,
        quantity_max=settings.work.quantity_max,
        orders_per_walk=(
            1 if settings.picking.strategy == "discrete" else settings.work.orders_per_walk
        ),
        strategy=Strategy(settings.picking.strategy),
        zone_strategies={
            LocationId(zone): Strategy(one)
            for zone, one in settings.picking.zone_strategies.items()
        },
        zones={Badge(one.badge): LocationId(one.zone) for one in settings.person if one.zone},
        pieces_per_walk=settings.work.pieces_per_walk,
        volume_ml_per_walk=round(1000 * settings.work.volume_l_per_walk),
        weight_g_per_walk=round(1000 * settings.work.weight_kg_per_walk),
        apart=tuple(map(frozenset, settings.work.apart)),
        troubles={
            one.code: TroubleTerms(
                frozenset(map(PromptKind, one.at)), frozenset(map(Effect, one.effects))
            )
            for one in troubles
        },
        short_codes={
            folded(short): one.code
            for one in troubles
            for short in (one.short_en, one.short_zh)
            if short
        },
        rush_priority=settings.work.rush_priority,
        sure_wait_s=60 * settings.work.sure_wait_minutes,
        line_s=settings.work.line_s,
        ready_before_s=60 * settings.work.ready_before_minutes,
        review=ReviewTerms(
            required=_required(settings),
            duplicate_us=round(settings.review.duplicate_hours * 3.6e9),
            holds=tuple(_hold(one) for one in settings.hold),
        ),
        bind_totes=settings.picking.bind_totes,
        tote_label=settings.picking.tote_label,
        ladder=tuple(map(Rung, settings.picking.short_ladder)),
        substitutes={Sku(one.sku): tuple(map(Sku, one.by)) for one in settings.substitute},
        ship_partial=settings.picking.partial_orders == "ship",
        weigh=Weigh(settings.packing.weigh),
        weight_tolerance_g=settings.packing.weight_tolerance_g,
        weight_tolerance_percent=settings.packing.weight_tolerance_percent,
        cartons={one.name: one.tare_g for one in settings.carton},
        doors={LocationId(one.portal): one.carriers for one in settings.door},
        devices=frozenset(settings.reader_names) | {one.name for one in settings.scanner},
    )


def _required(settings: Settings) -> tuple[str, ...]:
    """What an order has to bear: what is told, else what this site makes use of."""
    if settings.review.required != "as-used":
        return settings.review.required
    used = {"carrier": settings.door, "ship_to": settings.printer}
    return tuple(name for name, made_use in used.items() if made_use)


def _hold(one: Hold) -> HoldRule:
    return HoldRule(
        one.name,
        one.why,
        frozenset(one.skus),
        frozenset(one.carriers),
        one.ship_to,
        one.pieces_min,
        one.priority_min,
    )
