"""The mutants of a source text: one small change to its syntax tree each. Pure.

What is changed: conditions (negated, and ↔ or, one operand dropped), comparisons, constants, elements of literals,
named arguments, filters of comprehensions, operands of ``+ - | &``; statements are removed, and results become None.
Docstrings, annotations, names of tuples, and the texts of messages stay.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
WIDTH = 90
Change = Callable[[ast.AST], ast.AST]  # changes a node in place, or returns another one for its place


@dataclass(frozen=True)
class Mutant:
    """One change: ``node`` is the place in the order of ``ast.walk``, ``where`` the function or class."""

    line: int
    where: str
    change: str
    node: int
    number: int

    @property
    def key(self) -> tuple[str, str]:
        """What names the mutant as long as its function stays as it is."""
        return self.where, self.change


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a source, in its order; those that read the same are numbered in their text."""
    tree = ast.parse(source)
    places, skipped, parents = _places(tree), _skipped(tree), _parents(tree)
    found: list[Mutant] = []
    seen: dict[tuple[str, str], int] = {}
    for at, node in enumerate(ast.walk(tree)):
        if id(node) in skipped:
            continue
        for number, change in enumerate(_changes(node)):
            text = _text(node, change) + _within(node, parents)
            where = places.get(id(node), "")
            count = seen[where, text] = seen.get((where, text), 0) + 1
            text += f" (no. {count})" if count > 1 else ""
            found.append(Mutant(_line(node), where, text, at, number))
    return sorted(found, key=lambda mutant: (mutant.line, mutant.node, mutant.number))


def mutated(source: str, mutant: Mutant) -> ast.Module:
    """The syntax tree of a source with one change."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    target = nodes[mutant.node]
    new = _changes(target)[mutant.number](target)
    if new is not target:
        _replace(nodes, target, new)
    return ast.fix_missing_locations(tree)


def _line(node: ast.AST) -> int:
    """The line of a node; of one without a line, such as a comprehension's part, that of its first one with one."""
    return next(inner.lineno for inner in ast.walk(node) if hasattr(inner, "lineno"))


def _replace(nodes: list[ast.AST], old: ast.AST, new: ast.AST) -> None:
    """Put a node in another one's place, wherever that is."""
    for parent in nodes:
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(item is old for item in value):
                value[:] = [new if item is old else item for item in value]


# -- what stays ----------------------------------------------------------------------------------------


def _places(tree: ast.Module) -> dict[int, str]:
    """The names of the classes and functions around each node."""
    found: dict[int, str] = {}

    def visit(node: ast.AST, name: str) -> None:
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, (ast.FunctionDef, ast.ClassDef))
            inner = f"{name}.{child.name}".lstrip(".") if named else name  # type: ignore[attr-defined]
            found[id(child)] = inner
            visit(child, inner)

    visit(tree, "")
    return found


def _skipped(tree: ast.Module) -> set[int]:
    """Nodes that no mutant touches: docstrings, annotations, parts of messages, what static types ask for."""
    found: set[int] = set()
    for node in ast.walk(tree):
        for part in _untouched(node):
            found |= {id(inner) for inner in ast.walk(part)}
    return found


def _untouched(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr) or _calls(node, "namedtuple"):
        yield node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node
    if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation:
        yield node.annotation
    if isinstance(node, ast.FunctionDef):
        yield from [*node.decorator_list, *([node.returns] if node.returns else [])]
    if isinstance(node, ast.ClassDef):
        yield from [*node.decorator_list, *node.bases]
    if isinstance(node, ast.Assign) and _is_alias(node):
        yield node


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _is_alias(node: ast.Assign) -> bool:
    """A name for a type, such as ``Document = Dict[str, Any]``."""
    value = node.value
    return isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name) and value.value.id[0].isupper()


# -- the changes ---------------------------------------------------------------------------------------


def _changes(node: ast.AST) -> list[Change]:
    return [change for make in _MAKERS for change in make(node)]


def _text(node: ast.AST, change: Change) -> str:
    before = _short(node)
    after = change(copy.deepcopy(node))
    if isinstance(after, ast.Pass):
        return f"removed: {before}"
    gone = _gone(node, after)
    return f"{before} without {gone}" if gone else f"{before} → {_short(after)}"


def _gone(node: ast.AST, after: ast.AST) -> str:
    """The element of a literal or the argument of a call that a change took away; "" if it was none."""
    if isinstance(node, ast.Dict) and isinstance(after, ast.Dict):
        pairs = [f"{ast.unparse(key)}: …" if key else f"**{ast.unparse(value)}" for key, value in _pairs(node)]
        left = [f"{ast.unparse(key)}: …" if key else f"**{ast.unparse(value)}" for key, value in _pairs(after)]
        return next((pair for pair, other in zip(pairs, [*left, ""], strict=False) if pair != other), "")
    if isinstance(node, ast.Call) and isinstance(after, ast.Call):
        left = [ast.unparse(keyword) for keyword in after.keywords]
        return next((text for text in map(ast.unparse, node.keywords) if text not in left), "")
    return ""


def _pairs(node: ast.Dict) -> list[tuple[ast.expr | None, ast.expr]]:
    return list(zip(node.keys, node.values, strict=True))


def _parents(tree: ast.Module) -> dict[int, ast.AST]:
    return {id(child): parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}


def _within(node: ast.AST, parents: dict[int, ast.AST]) -> str:
    """Of a constant, what it is in: it says little by itself."""
    if not isinstance(node, ast.Constant):
        return ""
    above = parents[id(node)]
    while isinstance(above, (ast.keyword, ast.Tuple)) and id(above) in parents:
        above = parents[id(above)]
    return f", in {_short(above)}"


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.ExceptHandler):
        return f"except {ast.unparse(node.type) if node.type else ''}: {_cut(ast.unparse(node.body[0]))}"
    if isinstance(node, ast.comprehension):
        return _cut(ast.unparse(node).strip())
    return _cut(ast.unparse(ast.fix_missing_locations(node)).splitlines()[0])


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH // 2]} … {text[-WIDTH // 2 :]}"


def _boolean(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.BoolOp):
        return

    def swapped(it: ast.AST) -> ast.AST:
        it.op = ast.Or() if isinstance(it.op, ast.And) else ast.And()  # type: ignore[attr-defined]
        return it

    def without(position: int) -> Change:
        def change(it: ast.AST) -> ast.AST:
            del it.values[position]  # type: ignore[attr-defined]
            return it if len(it.values) > 1 else it.values[0]  # type: ignore[attr-defined]

        return change

    yield swapped
    yield from (without(position) for position in range(len(node.values)))


def _comparison(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in FLIPPED:

        def change(it: ast.AST) -> ast.AST:
            it.ops[0] = FLIPPED[type(it.ops[0])]()  # type: ignore[attr-defined]
            return it

        yield change


def _condition(node: ast.AST) -> Iterator[Change]:
    """``not`` before a test that is no comparison, and none where one is."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield lambda it: it.operand  # type: ignore[attr-defined]
    elif isinstance(node, (ast.If, ast.IfExp)) and isinstance(node.test, (ast.Name, ast.Attribute, ast.Call)):

        def change(it: ast.AST) -> ast.AST:
            it.test = ast.UnaryOp(ast.Not(), it.test)  # type: ignore[attr-defined]
            return it

        yield change


def _filters(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.comprehension):

        def without(position: int) -> Change:
            def change(it: ast.AST) -> ast.AST:
                del it.ifs[position]  # type: ignore[attr-defined]
                return it

            return change

        yield from (without(position) for position in range(len(node.ifs)))


def _constant(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield lambda _it: ast.Constant(not value)
    elif isinstance(value, int):
        yield lambda _it: ast.Constant(value + 1)
    elif isinstance(value, str) and value and not any(character.isspace() for character in value):
        yield lambda _it: ast.Constant(f"XX{value}")


def _elements(node: ast.AST) -> Iterator[Change]:
    """A literal without one of its elements."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            yield from (_without("elts", position) for position in range(len(node.elts)))
    elif isinstance(node, ast.Dict):
        yield from (_without("keys values", position) for position in range(len(node.keys)))
    elif isinstance(node, ast.Call):
        yield from (_without("keywords", position) for position in range(len(node.keywords)))


def _without(fields: str, position: int) -> Change:
    def change(it: ast.AST) -> ast.AST:
        for name in fields.split():
            del getattr(it, name)[position]
        return ast.Call(ast.Name("set", ast.Load()), [], []) if isinstance(it, ast.Set) and not it.elts else it

    return change


def _operand(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.Add, ast.Sub, ast.BitOr, ast.BitAnd)):
        return
    if not any(isinstance(side, (ast.JoinedStr, ast.Constant)) for side in (node.left, node.right)):
        yield lambda it: it.left  # type: ignore[attr-defined]
        if not isinstance(node.op, ast.Sub):
            yield lambda it: it.right  # type: ignore[attr-defined]


def _statement(node: ast.AST) -> Iterator[Change]:
    """A statement is gone, a result is None, an error is not handled."""
    if isinstance(node, (ast.Raise, ast.Continue, ast.Break, ast.Delete, ast.AugAssign)) or (
        (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Attribute, ast.Subscript)))
    ):
        yield lambda _it: ast.Pass()
    elif isinstance(node, ast.Return) and node.value and not _is_none(node.value):
        yield lambda _it: ast.Return(ast.Constant(None))
    elif isinstance(node, ast.ExceptHandler) and not isinstance(node.body[0], ast.Raise):

        def change(it: ast.AST) -> ast.AST:
            it.body = [ast.Raise()]  # type: ignore[attr-defined]
            return it

        yield change


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


_MAKERS: tuple[Callable[[ast.AST], Iterator[Change]], ...] = (
    _boolean,
    _comparison,
    _condition,
    _filters,
    _constant,
    _elements,
    _operand,
    _statement,
)
