"""Who may, whose it is, what was asked for: small edits of the examples."""

from collections.abc import Callable, Mapping

import pytest

from specwright.model import Model

Example = Callable[[str], Mapping[str, str]]
Build = Callable[[str, Mapping[str, str]], tuple[Model, list[str]]]


@pytest.fixture
def edited(example: Example, build: Build) -> Callable[..., tuple[Model, list[str]]]:
    def edit(name: str, file: str, old: str, new: str) -> tuple[Model, list[str]]:
        files = example(name)
        assert old in files[file]
        return build(name, {**files, file: files[file].replace(old, new, 1)})

    return edit


Edited = Callable[..., tuple[Model, list[str]]]


def test_an_operation_without_a_row_is_denied_to_everybody(edited: Edited) -> None:
    model, found = edited("taskboard", "rules.md", "| `deleteTask`   ", "| `getTask2`   ")
    assert model.operation("deleteTask") is None
    assert "It has no row in the access table." in model.left_out[0].reasons
    assert any(": open no-access: `deleteTask`" in line for line in found)


def test_an_operation_that_nobody_can_sign_in_for_is_left_out(edited: Edited) -> None:
    model, _ = edited(
        "taskboard", "plan.md", "auth:\n  users: User\n  access_token: 15m", "limits2:\n  x: 1"
    )
    assert model.operations == ()
    assert all("Nobody can sign in." in one.reasons for one in model.left_out)
    assert model.roles is None


def test_anyone_includes_callers_who_are_signed_in(orders: Model) -> None:
    access = orders.access_to("registerUser")
    assert access is not None
    staff = access.of("staff")
    assert staff is not None
    assert staff.role == "anyone"


LABELS = """\
  /v1/labels:
    get:
      operationId: listLabels
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema:
                type: array
                items: { type: object, properties: { id: { type: string, format: uuid } } }
components:
"""


def test_a_table_whose_rows_belong_to_nobody_leaves_out_what_is_done_with_it(
    example: Example, build: Build
) -> None:
    files = {**example("taskboard")}
    changes = {
        "data-model.md": ("Ref blockers:", "Table labels {\n ~base\n}\nRef blockers:"),
        "contracts/openapi.yaml": ("components:\n", LABELS),
        "rules.md": ("| `listTasks`, ", "| `listLabels`, `listTasks`, "),
    }
    for file, (old, new) in changes.items():
        files[file] = files[file].replace(old, new, 1)
    model, found = build("taskboard", files)
    assert [line.split(": ", 2)[2].split(":")[0] for line in found] == [
        "Nothing says whose a row of `labels` is"
    ]
    assert [(one.id, one.reasons) for one in model.left_out] == [
        ("listLabels", ("Nothing says whose its rows are.",))
    ]
    assert len(model.operations) == 14


def test_a_row_may_belong_to_its_tenant_through_several_others(edited: Edited) -> None:
    model, found = edited(
        "taskboard",
        "data-model.md",
        "Ref blockers:",
        "Table remarks {\n ~base\n task_id uuid [not null]\n blocker_id uuid [not null]\n}\n"
        "Ref: remarks.(task_id, blocker_id) > task_blockers.(task_id, blocker_id)\nRef blockers:",
    )
    assert found == []
    tenant = model.entity("Remark").tenant
    assert tenant is not None
    assert (tenant.relations, tenant.column) == (("task_blocker", "task"), "project_id")


def test_a_way_to_the_tenant_that_may_end_nowhere_is_none(edited: Edited) -> None:
    _, found = edited(
        "taskboard",
        "data-model.md",
        "Ref blockers:",
        "Table remarks {\n ~base\n task_id uuid [ref: > tasks.id]\n}\nRef blockers:",
    )
    assert [line.split(": ", 2)[1] for line in found] == ["open tenant"]


def test_a_must_without_link_or_scenario_is_uncovered(edited: Edited) -> None:
    model, found = edited(
        "taskboard",
        "spec.md",
        "- **FR-003**: An agent MUST hold at most three tasks. → `claimTask`",
        "- **FR-003**: An agent MUST hold at most three tasks.\n- **FR-004**: It may rain.",
    )
    assert found == []
    assert [trace.id for trace in model.uncovered] == ["FR-003"]


def test_what_is_not_built_leaves_out_what_reaches_it(edited: Edited) -> None:
    model, _ = edited("taskboard", "rules.md", "    every: 30s\n", "    cron: '0 * * * *'\n")
    assert [(one.id, one.reasons) for one in model.left_out] == [
        ("expireLeases", ("`cron` is not built yet; `every` is.",))
    ]
    assert (model.jobs, len(model.all_jobs)) == ((), 1)


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("phone         text   [personal: 'yes', encrypted: 'yes']",
         "phone text", ()),
        ("name        text        [not null]",
         "name        text        [not null, encrypted: 'yes']",
         ("listProducts", "getProduct", "updateProduct")),
        ("price_cents int         [not null,",
         "price_cents int         [not null, personal: 'yes',", ()),
    ],
)  # fmt: skip
def test_only_what_would_be_wrong_without_it_is_left_out(
    edited: Edited, orders: Model, old: str, new: str, left: tuple[str, ...]
) -> None:
    model, _ = edited("orders", "data-model.md", old, new)
    before = {one.id for one in orders.operations}
    assert before - {one.id for one in model.operations} == set(left)


def test_a_credential_that_is_no_header_leaves_out_what_needs_it(edited: Edited) -> None:
    model, found = edited(
        "orders",
        "contracts/openapi.yaml",
        "bearer: { type: http, scheme: bearer, bearerFormat: JWT }",
        "bearer: { type: apiKey, in: cookie, name: session }",
    )
    public = ["registerUser", "login", "refresh", "listProducts", "getProduct"]
    assert [one.id for one in model.operations] == public
    assert any("Such a credential is not built yet" in line for line in found)


@pytest.mark.parametrize(
    ("scheme", "header", "said"),
    [
        ("{ type: http, scheme: Bearer }", "Authorization", "Bearer x"),
        (
            "{ type: openIdConnect, openIdConnectUrl: 'https://example.com' }",
            "Authorization",
            "Bearer x",
        ),
        ("{ type: apiKey, in: header, name: Authorization }", "Authorization", "Token x"),
        ("{ type: apiKey, in: header, name: X-Key }", "X-Key", "x"),
    ],
)
def test_a_token_comes_in_the_header_of_the_scheme(
    edited: Edited, scheme: str, header: str, said: str
) -> None:
    old = "bearer: { type: http, scheme: bearer, bearerFormat: JWT }"
    model, found = edited("orders", "contracts/openapi.yaml", old, f"bearer: {scheme}")
    assert not any("credential" in line for line in found)
    assert (model.credential.header, model.credential.said("x")) == (header, said)
