"""What an APIC answers when it refuses: a code, a text and an HTTP status.

docs/lab-apic.md says of each where its code and text are known from, and which are only approximated.
"""

from __future__ import annotations

from collections.abc import Sequence


class ApicError(Exception):
    """A refusal; ``code`` and ``text`` appear in the body, ``http`` is the response's status."""

    def __init__(self, code: int, text: str, http: int = 400) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.http = code, text, http


def unknown_class(name: str) -> ApicError:
    """A class in a query's URL or options that is not in the model."""
    return ApicError(12, f"Unknown class {name}")


def unknown_managed_object(name: str) -> ApicError:
    """A class in a posted document that is not in the model."""
    return ApicError(122, f"unknown managed object class {name}")


def unknown_attribute(name: str, cls: str) -> ApicError:
    """An attribute in a posted document that the class has not."""
    return ApicError(400, f"unknown attribute '{name}' in element '{cls}'")


def unknown_value(value: str, name: str, cls: str) -> ApicError:
    """A value that cannot be read as the property's type (enumeration, number, DN …), refused without its DN."""
    return ApicError(120, f"unknown property value {value}, name {name}, class {cls} [(Dn0)] Dn0=, ")


def failed_validation(name: str, where: str, value: str) -> ApicError:
    """A text that is too long, too short or of other characters; ``where``: the DN, of a naming property the RN."""
    return ApicError(801, f"property {name} of {where} failed validation for value '{value}'")


def out_of_range(name: str, where: str) -> ApicError:
    """A number that is too large or too small; ``where`` as above."""
    return ApicError(801, f"Property {name} of {where} is out of range")


def naming_missing(cls: str, name: str) -> ApicError:
    """A new object without one of the properties that name it."""
    return ApicError(822, f"naming property ('{cls}.{name}') is not set.")


def not_found(dn: str) -> ApicError:
    """``status=modified`` on what is not there, or an object whose parent is not there."""
    return ApicError(102, f"configured object ((Dn0)) not found Dn0={dn}, ")


def already_attached(cls: str, parent_dn: str, rn: str) -> ApicError:
    """``status=created`` on what is there, or created anew in the POST that deletes it."""
    return ApicError(103, f"child (Rn) of class {cls} is already attached. dn[(Dn0)] Dn0={parent_dn}, Rn={rn}, ")


def invalid_access(dn: str) -> ApicError:
    """An attempt to write an object that the system owns."""
    return ApicError(170, f"Invalid access, MO: {dn}")


def create_only(name: str, cls: str) -> ApicError:
    """A change of a property that names the object or is fixed at creation."""
    text = f"Create-only and naming props cannot be modified after creation, class={cls}, prop={name}"
    return ApicError(106, text)


def read_only(name: str, cls: str, dn: str) -> ApicError:
    """A write to a property that the system owns."""
    return ApicError(105, f"property '{name}' of class {cls} is read-only. dn[(Dn0)] Dn0={dn}, ")


def invalid_dn(dn: str) -> ApicError:
    """A DN that no class of the model can have."""
    return ApicError(107, f"Invalid DN {dn}, unable to parse")


def not_contained(cls: str, parent: str, dn: str) -> ApicError:
    """A child below a class that cannot contain it."""
    return ApicError(108, f"class {cls} is not a valid child of class {parent}. dn[(Dn0)] Dn0={dn}, ")


def cannot_contain(rn: str, parent_dn: str) -> ApicError:
    """An object posted to a DN that is of its own class and has another name: APIC takes the DN for its parent."""
    return ApicError(400, f"Invalid request. Can not contain child '{rn}' under parent '{parent_dn}'")


def not_deletable(cls: str, dn: str) -> ApicError:
    """A DELETE of an object that lives and dies with its parent."""
    return ApicError(104, f"Cannot delete object of class:{cls} dn[(Dn0)] Dn0={dn}, ")


def invalid_configuration(text: str, separator: str = " - ") -> ApicError:
    """A configuration whose objects are each valid, but not together. What stands before the text differs by rule."""
    return ApicError(1, f"Invalid Configuration{separator}{text}")


def validation_failed(text: str) -> ApicError:
    """Objects of one container that contradict each other."""
    return ApicError(100, f"Validation failed: {text}")


def malformed(text: str) -> ApicError:
    """A document that cannot be read."""
    return ApicError(400, text)


def filter_property(name: str, cls: str) -> ApicError:
    """A property in a filter or ``order-by`` that the class has not."""
    return ApicError(121, f"Prop '{name}' not found in class '{cls}' property table")


def bad_query(text: str) -> ApicError:
    """A query option whose value cannot be read."""
    return ApicError(107, text)


def bad_choice(option: str, choices: Sequence[str]) -> ApicError:
    """A query option with a value that is none of its choices; the first is its default."""
    return ApicError(8, f"{option} argument is incorrect (possible options: _{choices[0]}_|{'|'.join(choices[1:])})")


def token_invalid() -> ApicError:
    """The cookie is old, unknown or logged out."""
    return ApicError(403, "Token was invalid (Error: Token timeout)", http=403)


def token_missing() -> ApicError:
    """No cookie and no signature."""
    text = (
        "Need a valid webtoken cookie (named APIC-Cookie) or a signed request with signature in the cookie "
        "APIC-Request-Signature for all REST API requests"
    )
    return ApicError(403, text, http=403)


def login_failed() -> ApicError:
    """Unknown user or wrong password."""
    return ApicError(401, "Username or password is incorrect - FAILED local authentication", http=401)
