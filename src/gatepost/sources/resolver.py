"""What the functions of a CloudFormation template make of its values.

What is not known before the template is deployed becomes a variable, `${gatepost:unresolved/NAME}`; the same name is the same
value. A condition that hangs on such a value is undecided: whoever resolves decides it one way, then the other.
Source: AWS CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters reference", "Dynamic references".
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gatepost.sources.conditions import Atom, Conditions, Undecided
from gatepost.sources.found import Place, SourceError
from gatepost.sources.given import Given
from gatepost.sources.json_tree import write_tree
from gatepost.sources.template import Template
from gatepost.sources.text import Text, joined, replaced, text_at
from gatepost.sources.tree import (
    SEVERAL,
    UNKNOWN,
    VARIABLE,
    Field,
    Fields,
    Items,
    Scalar,
    Tree,
    fields,
    items,
    scalar_at,
    string,
    unknown,
)

SUBSTITUTED: Final = re.compile(r"\$\{(!?)([^}]*)\}")
DYNAMIC: Final = re.compile(r"\{\{resolve:([^}]*)\}\}")

LISTS: Final = re.compile(r"CommaDelimitedList|List<")


class Resolver:
    """What the values of a template come to under assumptions on its undecided conditions."""

    def __init__(self, template: Template, assumed: Mapping[Atom, bool], given: Given | None = None) -> None:
        self._template = template
        self._given = given or template.given
        self.unresolved: dict[str, None] = {}
        self.conditions = Conditions(template.file, template.section("Conditions"), assumed, self._compared)
        self.taken: dict[
            str, str
        ] = {}  # the conditions that chose a branch, and the parameters that have one of several values

    def value(self, tree: Tree) -> Tree | None:
        """The value without functions; None where it comes to no value."""
        match tree:
            case Scalar():
                return self._dynamic(tree)
            case Items():
                values = (self.value(each) for each in tree.values)
                return Items(tuple(each for each in values if each is not None), tree.place)
            case Fields():
                return self._function(tree) if _is_function(tree) else self._fields(tree)

    def _aside(self, given: Given | None = None) -> "Resolver":
        """For values that are no part of the policy themselves: neither what is unknown in them, nor the branches they take."""
        aside = Resolver(self._template, self.conditions.assumed, given or self._given)
        aside.conditions = self.conditions
        return aside

    def _compared(self, tree: Tree) -> str:
        """A side of `Fn::Equals`, in which a parameter is not its default: both branches may be deployed."""
        value = self._aside(replace(self._given, takes_defaults=False, takes_allowed_values=False)).value(tree)
        known = value if isinstance(value, Scalar) else unknown(self._somewhere("Fn::Equals", tree.place), tree.place)
        return known.text.text

    def _fields(self, tree: Fields) -> Fields:
        members = {name: (member.key, self.value(member.value)) for name, member in tree.members.items()}
        return Fields({name: Field(key, value) for name, (key, value) in members.items() if value is not None}, tree.place)

    def _dynamic(self, scalar: Scalar) -> Scalar:
        if "{{resolve:" not in scalar.text.text:
            return scalar
        return Scalar(
            replaced(scalar.text, DYNAMIC, lambda found, place: self._unknown(f"resolve:{found[1]}", place).text), scalar.place
        )

    # --- names ----------------------------------------------------------------------------------------------------------

    def _unknown(self, name: str, place: Place) -> Scalar:
        variable = self._template.names.variable(VARIABLE.sub(r"<\1>", name), place)
        self.unresolved[variable] = None
        return unknown(variable, place)

    @staticmethod
    def _somewhere(name: str, place: Place) -> str:
        return f"{name}@{place[0]}:{place[1]}"

    def _unknown_here(self, function: str, place: Place) -> Scalar:
        return self._unknown(self._somewhere(function, place), place)

    def _reference(self, name: str, place: Place) -> Tree | None:
        if name == "AWS::NoValue":
            return None
        parameter = self._template.section("Parameters", name)
        of_type = string(parameter.get("Type")) if isinstance(parameter, Fields) else None
        of_type = of_type or "String"
        value = self._given.parameters.get(name)
        if value is None and isinstance(parameter, Fields):
            value = self._own_value(name, parameter, is_list=bool(LISTS.search(of_type)))
        if value is None or of_type.startswith("AWS::SSM::"):  # whose value is the name of what is meant
            return self._unknown(f"{name}{SEVERAL}" if LISTS.search(of_type) else name, place)
        if LISTS.search(of_type):
            return Items(tuple(scalar_at(each.strip(), place) for each in value.split(",")), place)
        return scalar_at(value, place)

    def _own_value(self, name: str, parameter: Fields, *, is_list: bool) -> str | None:
        """What a parameter is by itself: what a condition has found it to be, its default, or one of its allowed values."""
        if not self._given.takes_defaults:
            return None
        variable = f"{UNKNOWN}{name}}}"
        assumed = {constant: holds for (text, constant), holds in self.conditions.assumed.items() if text == variable}
        default = parameter.get("Default")
        known = next((constant for constant, holds in assumed.items() if holds and UNKNOWN not in constant), None)
        if known is None and isinstance(default, Scalar) and default.text.text not in assumed:
            known = default.text.text
        allowed = [each.text.text for each in items(parameter.get("AllowedValues")) if isinstance(each, Scalar)]
        left = [each for each in allowed if each not in assumed]
        if known is None and len(left) == 1:
            known = left[0]
        if known is None and left and self._given.takes_allowed_values and not is_list:
            raise Undecided((variable, left[0]))
        if known in allowed and not isinstance(default, Scalar):
            self.taken[name] = known
        return known

    # --- functions ------------------------------------------------------------------------------------------------------

    def _function(self, tree: Fields) -> Tree | None:
        ((name, member),) = tree.members.items()
        argument, place = member.value, tree.place
        match name:
            case "Ref":
                return self._reference(self._name(argument, name), place)
            case "Fn::GetAtt":
                return self._reference(".".join(self._name(each, name) for each in items(argument)), place)
            case "Fn::Sub":
                return self._sub(argument, place)
            case "Fn::If":
                return self._if(argument, place)
            case "Fn::Join":
                return self._join(argument, place)
            case "Fn::Select":
                return self._select(argument, place)
            case "Fn::Split":
                return self._split(argument, place)
            case "Fn::FindInMap":
                return self._find_in_map(argument, place)
            case "Fn::ImportValue":
                exported = self._name(argument, name)
                given = self._given.exports.get(exported)
                return self._unknown(f"ImportValue/{exported}", place) if given is None else scalar_at(given, place)
            case "Fn::ToJsonString":
                value = self.value(argument)
                return None if value is None else Scalar(write_tree(value), place)
            case "Fn::GetAZs" | "Fn::Cidr":
                return self._unknown(f"{self._somewhere(name, place)}{SEVERAL}", place)
            case _:
                return self._unknown_here(name, place)

    def _error(self, function: str, expected: str, place: Place) -> SourceError:
        return SourceError(self._template.file, f"{function}: expected {expected}", *place)

    def _name(self, tree: Tree, function: str) -> str:
        """A name, in which variables may stand."""
        value = self._aside().value(tree)
        if not isinstance(value, Scalar):
            raise self._error(function, "a name", tree.place)
        return value.text.text

    def _arguments(self, tree: Tree, function: str, least: int, most: int) -> tuple[Tree, ...]:
        if not isinstance(tree, Items) or not least <= len(tree.values) <= most:
            count = str(least) if least == most else f"{least} to {most}"
            raise self._error(function, f"a list of {count}", tree.place)
        return tree.values

    def _sub(self, argument: Tree, place: Place) -> Scalar:
        values: Mapping[str, Field] = {}
        if isinstance(argument, Items):
            argument, mapped = self._arguments(argument, "Fn::Sub", 2, 2)
            values = mapped.members if isinstance(mapped, Fields) else {}
        if not isinstance(argument, Scalar):
            raise self._error("Fn::Sub", "a string, or a list of a string and an object of values", place)

        def substituted(found: re.Match[str], at: Place) -> Text:
            name = found[2].strip()
            if found.group().startswith(UNKNOWN):
                return text_at(found.group(), at)
            if found[1]:
                return text_at(f"${{{found[2]}}}", at)
            if re.fullmatch(r"[^:]+:[^:].*", name):
                raise SourceError(
                    self._template.file, f"`${{{name}}}`: a policy's variable is written `${{!{name}}}` in Fn::Sub", *at
                )
            value = self.value(values[name].value) if name in values else self._reference(name, at)
            return value.text if isinstance(value, Scalar) else self._unknown(name, at).text

        return self._dynamic(Scalar(replaced(argument.text, SUBSTITUTED, substituted), argument.place))

    def _if(self, argument: Tree, place: Place) -> Tree | None:
        condition, yes, no = self._arguments(argument, "Fn::If", 3, 3)
        name = string(condition)
        if name is None:
            raise self._error("Fn::If", "the name of a condition", place)
        holds = self.conditions.holds(name, condition.place)
        self.taken[name] = str(holds).lower()
        return self.value(yes if holds else no)

    def _join(self, argument: Tree, place: Place) -> Scalar:
        delimiter, listed = self._arguments(argument, "Fn::Join", 2, 2)
        values = self.value(listed)
        between = string(delimiter)
        if between is None:
            raise self._error("Fn::Join", "a delimiter", delimiter.place)
        parts: list[Text] = []
        for each in values.values if isinstance(values, Items) else (None,):
            if not isinstance(each, Scalar):
                return self._unknown_here("Fn::Join", place)
            parts += [text_at(between, each.place), each.text] if parts else [each.text]
        return Scalar(joined(parts, place), place)

    def _select(self, argument: Tree, place: Place) -> Tree:
        index, listed = self._arguments(argument, "Fn::Select", 2, 2)
        number, values = self._name(index, "Fn::Select"), self.value(listed)
        if not isinstance(values, Items) or UNKNOWN in number:
            return self._unknown_here("Fn::Select", place)
        if not number.isdecimal() or int(number) >= len(values.values):
            raise self._error("Fn::Select", f"a number below {len(values.values)}", index.place)
        return values.values[int(number)]

    def _split(self, argument: Tree, place: Place) -> Tree:
        delimiter, whole = self._arguments(argument, "Fn::Split", 2, 2)
        between, value = string(delimiter), self.value(whole)
        if not between:
            raise self._error("Fn::Split", "a delimiter", delimiter.place)
        if not isinstance(value, Scalar) or UNKNOWN in value.text.text:
            return self._unknown(f"{self._somewhere('Fn::Split', place)}{SEVERAL}", place)
        parts, at = [], 0
        for each in value.text.text.split(between):
            text = value.text.part(at, at + len(each))
            parts.append(Scalar(text, text.place(0)))
            at += len(each) + len(between)
        return Items(tuple(parts), place)

    def _find_in_map(self, argument: Tree, place: Place) -> Tree | None:
        mapping, top, second, *more = self._arguments(argument, "Fn::FindInMap", 3, 4)
        names = [self._name(each, "Fn::FindInMap") for each in (mapping, top, second)]
        if any(UNKNOWN in name for name in names):
            is_list = any(isinstance(each, Items) for _, keys in fields(self._mapping(names[0])) for _, each in fields(keys))
            return self._unknown(".".join(names) + (SEVERAL if is_list else ""), place)
        value = self._mapping(*names)  # in which no function stands
        default = more[0].get("DefaultValue") if more and isinstance(more[0], Fields) else None
        if value is not None:
            return value
        if default is not None:
            return self.value(default)
        raise SourceError(self._template.file, f"Fn::FindInMap: no `{'.'.join(names)}` in Mappings", *place)

    def _mapping(self, *names: str) -> Tree | None:
        return self._template.section("Mappings", *names)


def _is_function(tree: Fields) -> bool:
    (name, *more) = tree.members or ("",)
    return not more and (name == "Ref" or name.startswith("Fn::"))
