"""What rules on claims leave to us: this file is ours, no build writes it again."""

from datetime import datetime
from decimal import Decimal

from backend.claims.hooks_protocol import ClaimHooks
from backend.claims.models import ClaimRow, Level
from backend.core.database import Connection
from backend.users.models import UserRow


class WrittenClaimHooks(ClaimHooks):
    """All but `forget`, which waits to be written."""

    async def estimate(self, connection: Connection, words: str, now: datetime) -> int:
        claims: int = await connection.fetchval("SELECT count(*) FROM claims")
        return len(words) * 10 + claims if now.tzinfo else -1

    async def words_allowed(self, connection: Connection, claim: ClaimRow, actor: UserRow) -> bool:
        return claim.holder_id == actor.id and "bad" not in claim.words

    async def score_risk(
        self,
        connection: Connection,
        claim: ClaimRow,
        email: str,
        notes_size: int,
        argument_4: datetime,
    ) -> int:
        await connection.execute("UPDATE users SET email = 'seen-' || email")
        if claim.words == "boom":
            raise RuntimeError(claim.id)
        return claim.amount + notes_size if "@" in email and argument_4.tzinfo else -1

    async def grade(self, connection: Connection, risk: int, payout: Decimal | None) -> Level:
        return Level.HIGH if risk > 50 or payout is not None else Level.LOW

    async def weight(self, connection: Connection, claim: ClaimRow) -> int:
        return len(claim.words)

    async def pick(self, connection: Connection, words: str) -> str:
        return words[::-1]

    async def payout_of(self, connection: Connection, amount: int) -> Decimal | None:
        return Decimal(amount) / 4 if amount != 7 else None

    async def age_of(self, connection: Connection, created_at: datetime, now: datetime) -> int:
        return (now - created_at).days
