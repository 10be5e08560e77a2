"""What a lifecycle is: states, the moves between them, who may make each and what must be true first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
	from frappe.model.document import Document

Step = Callable[["Document"], None]


@dataclass(frozen=True)
class State:
	"""One state.

	`style` is a Workflow State style (its colour in the desk). `deletable`: a document may be deleted in it.
	"""

	name: str
	style: str = ""
	deletable: bool = False


@dataclass(frozen=True)
class Move:
	"""One allowed change of state.

	`roles` may make it; a role in `not_own` may not make it on a document that the same user created.
	`guard` raises when the move must not happen. `effect` changes the document before it is saved (it may
	choose another declared state, as a count that finds a tie does). `after` acts on other documents once
	the move is saved. All three run whoever moves and by whatever door.
	"""

	action: str
	source: str
	target: str
	roles: tuple[str, ...]
	not_own: tuple[str, ...] = ()
	needs_reason: bool = False
	guard: Step | None = None
	effect: Step | None = None
	after: Step | None = None


@dataclass(frozen=True)
class Lifecycle:
	doctype: str
	states: tuple[State, ...]
	moves: tuple[Move, ...]

	@property
	def initial(self) -> str:
		return self.states[0].name

	@property
	def workflow_name(self) -> str:
		return f"{self.doctype} Lifecycle"

	def moves_between(self, source: str, target: str) -> list[Move]:
		return [m for m in self.moves if m.source == source and m.target == target]

	def targets(self, source: str) -> list[str]:
		return list(dict.fromkeys(m.target for m in self.moves if m.source == source))

	def state(self, name: str) -> State | None:
		return next((s for s in self.states if s.name == name), None)
