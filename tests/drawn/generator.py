"""A seed becomes a bundle: the same seed, the same bundle."""

from collections.abc import Collection

from specwright.tree import Tree
from tests.drawn.access import Access, Extras
from tests.drawn.blueprint import Plan
from tests.drawn.dice import Dice
from tests.drawn.envelopes import add_counters, bare_lists, wrap_rows
from tests.drawn.errors import draw_errors
from tests.drawn.hooks import Hooks
from tests.drawn.lifecycles import Lifecycles
from tests.drawn.operations import Operations
from tests.drawn.schemas import Schemas
from tests.drawn.tables import Tables
from tests.drawn.writing import written

FEWEST, MOST = 2, 8


def draw(
    seed: int,
    entities: int | None = None,
    *,
    forced: Collection[str] = (),
    barred: Collection[str] = (),
) -> Tree:
    """The files of a bundle, with as many tables as asked for, or a few."""
    dice = Dice(seed, forced, barred)
    plan = Plan(f"drawn-{seed}", f"Drawn {seed}")
    Tables(dice, plan, entities or dice.number(FEWEST, MOST)).draw()
    Lifecycles(dice, plan).draw()
    extras = Extras(dice, plan)
    extras.derive()
    schemas = Schemas(dice, plan, dice.has("camel"), dice.has("status_422"))
    version = dice.pick(["/v1", "", "/api"])
    Operations(dice, plan, schemas, dice.has("snake_ids"), dice.has("tags"), version).draw()
    Hooks(dice, plan).draw()
    extras.jobs()
    Access(dice, plan).draw()
    if dice.has("counters"):
        add_counters(dice, plan, schemas)
    elif dice.has("bare_list"):
        bare_lists(plan, schemas)
    if dice.has("envelope"):
        wrap_rows(dice, plan)
    if dice.has("own_errors"):
        calls = [operation.contract for operation in plan.operations]
        plan.schemas |= draw_errors(dice, calls, "422" if schemas.status_422 else "400")
    return written(plan)
