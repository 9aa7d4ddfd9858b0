"""The way from asked-for to accepted: phases, red-green ledger, pause, decision."""

from specwright.workflow.delivery import Delivery
from specwright.workflow.refusal import Refusal
from specwright.workflow.repository import Repository
from specwright.workflow.run import Run, State
from specwright.workflow.screen import screen
from specwright.workflow.workshop import Workshop

__all__ = ["Delivery", "Refusal", "Repository", "Run", "State", "Workshop", "screen"]
