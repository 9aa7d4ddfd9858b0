"""Outside coding agents: asked for the bodies of hooks, between walls."""

from specwright.agents.choice import NoSuchAgent, agent_of
from specwright.agents.commission import Commission, Hook
from specwright.agents.implementer import Implementer
from specwright.agents.room import Room
from specwright.agents.sandbox import sandbox_of

__all__ = ["Commission", "Hook", "Implementer", "NoSuchAgent", "Room", "agent_of", "sandbox_of"]
