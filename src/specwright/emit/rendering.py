"""Templates: every kind of emitted file has one, in `templates/`, at the path where it goes."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from specwright.emit import wording


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("specwright.emit"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Python is rendered, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["a"] = wording.with_article
    environment.filters["docstring"] = wording.docstring
    environment.filters["quoted"] = wording.quoted
    environment.filters["spoken"] = wording.spoken
    return environment


def render(template: str, **values: object) -> str:
    """The text of `template`, such as `backend/models.py`, with these values in it."""
    return _environment().get_template(f"{template}.jinja").render(values)


@cache
def verbatim(path: str) -> str:
    """A file that is emitted as it stands in `templates/`."""
    return files("specwright.emit").joinpath("templates", *path.split("/")).read_text("utf-8")
