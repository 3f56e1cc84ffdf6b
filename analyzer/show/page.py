"""What all pages share: templates that escape, hidden characters made visible, and a policy that lets no foreign thing in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from analyzer.show.i18n import Locale
from analyzer.show.plain_text import one_line, visible

if TYPE_CHECKING:
    from jinja2 import Environment


def page(template: str, locale: Locale, *, styles: Sequence[str], script: str, sources: str, **values: Any) -> str:
    """A page of `templates/` with its style sheets and its script inside; nothing runs or is drawn but these.

    `sources` are the directives of the page's content security policy for what it may show beside them.
    """
    from markupsafe import Markup

    style, code = "".join(map(_file, styles)), _file(script)
    policy = (
        f"default-src 'none'; {sources}; style-src {hash_of(style)}; script-src {hash_of(code)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return _environment().get_template(template).render(
        values | {
            "locale": locale, "t": locale.t, "say": locale.say, "one_line": one_line, "style": Markup(style),
            "script": Markup(code), "policy": policy,
        }
    )  # fmt: skip


@cache
def _file(name: str) -> str:
    return files("analyzer.show").joinpath("templates", name).read_text(encoding="utf-8")


def hash_of(text: str) -> str:
    """The source expression of a content security policy for an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return Environment(
        loader=PackageLoader("analyzer.show", "templates"), autoescape=True, undefined=StrictUndefined, finalize=finalize,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
