"""Words of businesses, and words that mean something to Python, to PostgreSQL and to us."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """What a table is called, and what one of its rows is."""

    plural: str
    singular: str

    @property
    def entity(self) -> str:
        return "".join(part.capitalize() for part in self.singular.split("_"))

    def after(self, word: str) -> "Noun":
        return Noun(f"{word}_{self.plural}", f"{word}_{self.singular}")


def _nouns(text: str) -> tuple[Noun, ...]:
    return tuple(Noun(*pair.split("/")) for pair in text.split())


COMMON = _nouns(
    """invoices/invoice products/product shipments/shipment payments/payment suppliers/supplier
    contracts/contract tickets/ticket projects/project meetings/meeting rooms/room bookings/booking
    courses/course lessons/lesson grades/grade patients/patient visits/visit doctors/doctor
    recipes/recipe ingredients/ingredient vehicles/vehicle trips/trip drivers/driver assets/asset
    campaigns/campaign leads/lead coupons/coupon reviews/review comments/comment articles/article
    authors/author chapters/chapter playlists/playlist songs/song albums/album devices/device
    sensors/sensor readings/reading alerts/alert offers/offer quotes/quote parcels/parcel
    menus/menu dishes/dish tables_of_guests/tables_of_guest gardens/garden plants/plant"""
)
IRREGULAR = _nouns(
    """companies/company categories/category people/person children/child boxes/box branches/branch
    addresses/address statuses/status criteria/criterion indices/index analyses/analysis
    mice/mouse series/series equipment/equipment warehouses/warehouse shelves/shelf buses/bus
    heroes/hero quizzes/quiz knives/knife news/news matches/match taxes/tax media/media
    deliveries/delivery houses/house crises/crisis"""
)
COLLIDING = _nouns(
    """pages/page statements/statement rows/row orders/order texts/text tasks/task
    sessions/session callers/caller problems/problem fields/field
    models/model schemas/schema policies/policy operations/operation keys/key values/value properties/property licenses/license filters/filter
    tokens/token headers/header settings/setting
    errors/error selects/select inserts/insert updates/update deletes/delete columns/column
    versions/version clocks/clock queries/query parts/part items/item names/name paths/path
    bodies/body answers/answer parameters/parameter strings/string bases/base
    decimals/decimal numbers/number enums/enum literals/literal mappings/mapping
    sequences/sequence worlds/world conflicts/conflict refusals/refusal jobs/job workers/worker
    routers/router apps/app databases/database migrations/migration structs/struct
    timestamps/timestamp locks/lock iterators/iterator identities/identity
    moments/moment views/view repositories/repository transactions/transaction labels/label"""
)
FIRST_WORDS = tuple(
    "gift line sub order task work user page class import daily public spare audit".split()
)
PEOPLE = _nouns(
    "users/user members/member accounts/account people/person employees/employee agents/agent"
)
TENANTS = _nouns(
    """workspaces/workspace companies/company organizations/organization schools/school
    branches/branch teams/team"""
)

ROLES = (
    ("member", "admin"),
    ("customer", "staff"),
    ("viewer", "editor", "owner"),
    ("guest", "clerk", "manager", "admin"),
    ("player",),
    ("in-house", "external"),
)
OWNERS = ("owner_id", "created_by", "author_id", "assignee_id", "reviewer_id", "handled_by")

# What a column may be called, by what it holds.
TEXTS = tuple(
    """title name description note label code summary subject content text type key value object
    format str hash reply_to json model_config copy metadata registry self cls sku iban
    first_name postal_address""".split()
)
NUMBERS = tuple(
    """quantity amount_cents price_cents priority position weight capacity attempts score count
    index stock balance_cents year size rows items int sum page""".split()
)
FRACTIONS = ("rate", "width", "latitude", "discount", "share", "float")
FLAGS = ("active", "is_public", "archived", "paid", "urgent", "bool", "any")
MOMENTS = ("due_at", "starts_at", "ends_at", "published_at", "seen_at", "lease_until", "datetime")
DAYS = ("birthday", "day", "delivered_on", "valid_from", "date")
BLOBS = ("settings", "payload", "extra", "dict", "data", "tags")
BYTES = ("thumbnail", "checksum", "bytes")
KINDS = (
    ("colour", ("red", "green", "blue")),
    ("size_class", ("small", "medium", "large", "x-large")),
    ("genre", ("food", "books", "other")),
    ("level", ("low", "normal", "high")),
    ("unit", ("kg", "m", "piece", "none")),
    ("shape", ("class", "def", "None", "true")),
    ("mood", ("in progress", "1st", "ok!")),
)
STATES = (
    ("draft", "placed", "paid", "shipped", "cancelled"),
    ("open", "closed"),
    ("pending", "in_progress", "done", "failed"),
    ("new", "active", "suspended", "deleted"),
    ("requested", "approved", "rejected"),
    ("planned", "running", "paused", "stopped", "archived"),
    ("class", "import", "return"),
    ("in_review", "on_hold", "sold"),
)
VERBS = tuple(
    """place pay ship cancel close reopen start finish fail approve reject suspend resume archive
    publish submit claim release confirm extend escalate print send""".split()
)
EFFECTS = ("stamp", "count", "letGo", "takeOver", "remember", "reset_all")
ERRORS = (
    "too-many", "too-late", "not-ready", "limit-reached", "not-now", "out-of-stock", "closed",
    "wrong-owner", "forbidden-change", "empty", "not-found-here", "page", "conflict",
)  # fmt: skip
DERIVED = ("total", "is_late", "remaining", "headline", "twice", "has_parts")
