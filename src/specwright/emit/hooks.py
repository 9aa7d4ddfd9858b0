"""Hand-written code: the protocol of each domain's hooks, and once the file that a person fills."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from specwright.emit import names
from specwright.emit.behaviour import Behaviour
from specwright.emit.handled import handled_entities
from specwright.emit.hook_names import (
    hooks_class,
    hooks_variable,
    parameters,
    result_of,
    written_class,
)
from specwright.emit.once import once
from specwright.emit.rendering import render
from specwright.emit.sweeps import sweeps_of
from specwright.emit.wording import listed
from specwright.model import Model, types
from specwright.model.hooks import Hook

NOT_WRITTEN = "HookNotWritten"


@dataclass(frozen=True, slots=True)
class _Function:
    id: str
    name: str
    parameters: tuple[str, ...]
    result: str
    doc: str


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A function that a person has still to write; `hook` is its name in the rules."""

    path: str
    function: str
    hook: str


@dataclass(frozen=True, slots=True)
class HookDomain:
    """A domain with hooks, as the app and the worker put them together."""

    name: str
    variable: str
    protocol: str
    written: str


# -- Which there are ------------------------------------------------------------------------------


@once
def _by_domain(model: Model) -> Mapping[str, tuple[Hook, ...]]:
    """The hooks of what is built, in the order of writing."""
    found: dict[str, set[str]] = {}
    for domain in names.domains(model):
        for handled in handled_entities(model, domain):
            called = (do.name for one in handled.behaviours for do in one.hooks)
            found.setdefault(domain, set()).update(called)
    return {
        domain: tuple(hook for hook in model.hooks if hook.name in called)
        for domain, called in found.items()
        if called
    }


def hooks_of(model: Model, domain: str) -> tuple[Hook, ...]:
    return _by_domain(model).get(domain, ())


def has_hooks(model: Model) -> bool:
    return bool(_by_domain(model))


def all_hooks(model: Model) -> tuple[Hook, ...]:
    called = {hook.name for hooks in _by_domain(model).values() for hook in hooks}
    return tuple(hook for hook in model.hooks if hook.name in called)


def services_with_hooks(model: Model) -> list[HookDomain]:
    """The domains in which a call comes to hand-written code."""
    return _domains(model, lambda domain: service_calls_hooks(model, domain))


def jobs_with_hooks(model: Model) -> list[HookDomain]:
    """The domains in which a job comes to hand-written code."""
    return _domains(model, lambda domain: jobs_call_hooks(model, domain))


def _domains(model: Model, wanted: Callable[[str], bool]) -> list[HookDomain]:
    return [
        HookDomain(domain, hooks_variable(domain), hooks_class(domain), written_class(domain))
        for domain in names.domains(model)
        if wanted(domain)
    ]


def service_calls_hooks(model: Model, domain: str) -> bool:
    called = (one.id for one in model.operations if one.domain == domain)
    return _come_to_hooks(model, called)


def jobs_call_hooks(model: Model, domain: str) -> bool:
    jobs = [job for job in model.jobs if model.entity(job.block.each[0].entity).domain == domain]
    called = [sweep.name for job in jobs for sweep in sweeps_of(model, job) if sweep.rule]
    called += [name for job in jobs for name in model.done_by(job.name)]
    return _come_to_hooks(model, iter(called))


def _come_to_hooks(model: Model, called: Iterator[str]) -> bool:
    behaviours = (Behaviour.named(model, name) for name in called)
    return any(one is not None and one.calls_hooks for one in behaviours)


def hooks_asked_by(model: Model, name: str) -> tuple[str, ...]:
    """The hooks that an operation or a job comes to, itself or through what it does."""
    found = (Behaviour.named(model, one) for one in (name, *model.done_by(name)))
    return tuple(dict.fromkeys(do.name for one in found if one for do in one.hooks))


# -- Files ----------------------------------------------------------------------------------------


def emit_hooks_protocol(model: Model, domain: str) -> str | None:
    """None where nothing of the domain is left to hand-written code."""
    return _rendered(model, domain, "backend/hooks_protocol.py")


def emit_hooks(model: Model, domain: str) -> str | None:
    """What a person finds in the file that is theirs, when it is written for the first time."""
    return _rendered(model, domain, "backend/hooks.py")


def _rendered(model: Model, domain: str, template: str) -> str | None:
    hooks = hooks_of(model, domain)
    if not hooks:
        return None
    return render(
        template,
        domain=domain,
        protocol=hooks_class(domain),
        written=written_class(domain),
        not_written=NOT_WRITTEN,
        imports=names.grouped(_imports(model, hooks)),
        functions=[_function(model, hook) for hook in hooks],
    )


def _imports(model: Model, hooks: tuple[Hook, ...]) -> Iterator[tuple[str, str]]:
    homes = names.enum_homes(model)
    for hook in hooks:
        for found in (*(found for _, found in hook.parameters), hook.result):
            match found:
                case types.Row(entity):
                    row = model.entity(entity)
                    yield f"{row.domain}.models", names.row_class(row)
                case types.OneOf(str() as enum):
                    yield f"{homes[enum]}.models", model.enum(enum).class_name
                case _:
                    pass


def _function(model: Model, hook: Hook) -> _Function:
    return _Function(
        id=hook.name,
        name=hook.function,
        parameters=tuple(f"{name}: {kind}" for name, kind in parameters(model, hook)),
        result=result_of(model, hook),
        doc=_doc(model, hook),
    )


def _doc(model: Model, hook: Hook) -> str:
    """`placeOrder` asks it (FR-001)."""
    operations = [found for name in hook.rules if (found := model.operation(name))]
    cited = sorted({cited for one in operations for cited in one.requirements})
    asked = listed([f"`{name}`" for name in hook.rules])
    verb = "asks" if len(hook.rules) == 1 else "ask"
    said = f" ({', '.join(cited)})" if cited else ""
    return f"{asked} {verb} it{said}."


# -- What a person has still to write -------------------------------------------------------------


def written_once(model: Model) -> tuple[str, ...]:
    """The files that are written once, and a person's from then on."""
    return tuple(_path(domain) for domain in _by_domain(model))


def _path(domain: str) -> str:
    return f"backend/{domain}/hooks.py"


def unwritten(model: Model, texts: Mapping[str, str]) -> tuple[Unwritten, ...]:
    """The hooks without a body in these texts of the files that are a person's."""
    found: list[Unwritten] = []
    for domain, hooks in _by_domain(model).items():
        bodies = _bodies(texts.get(_path(domain), ""))
        found += [
            Unwritten(_path(domain), hook.function, hook.name)
            for hook in hooks
            if _is_empty(bodies.get(hook.function))
        ]
    return tuple(found)


def is_written(text: str, function: str) -> bool:
    """Whether a file of hooks has a body for a function."""
    return not _is_empty(_bodies(text).get(function))


def _bodies(text: str) -> Mapping[str, list[ast.stmt]]:
    """Those of the methods of a module; of none where it is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    classes = [one for one in tree.body if isinstance(one, ast.ClassDef)]
    methods = [one for within in classes for one in within.body]
    return {
        one.name: one.body
        for one in methods
        if isinstance(one, ast.AsyncFunctionDef | ast.FunctionDef)
    }


def _is_empty(body: list[ast.stmt] | None) -> bool:
    """Whether it is not there, or only says that it is not written."""
    said = [one for one in body or () if not _is_docstring(one)]
    if len(said) > 1:
        return False
    raised = said[0].exc if said and isinstance(said[0], ast.Raise) else None
    called = raised.func if isinstance(raised, ast.Call) else raised
    return not said or (isinstance(called, ast.Name) and called.id == NOT_WRITTEN)


def _is_docstring(one: ast.stmt) -> bool:
    return isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
