import ast

import pytest

from sandbox.syntax import MAX_CHARACTERS, MAX_DEPTH, Unreadable, imports, parse, place


def test_a_module_is_read() -> None:
    assert isinstance(parse("x = 1\n"), ast.Module)


def test_broken_text_says_what_is_wrong_and_where() -> None:
    found = parse("x = 1\ndef f(:\n")
    assert isinstance(found, Unreadable)
    assert found.line == 2
    assert "syntax" in found.reason


@pytest.mark.parametrize("text", ["x = '\0'", "(" * 5000, "x = " + "-" * 50_000 + "1", "x = a" + ".a" * 20_000])
def test_text_that_would_hurt_the_parser_is_refused_without_a_crash(text: str) -> None:
    assert isinstance(parse(text), Unreadable)


@pytest.mark.parametrize("unseen", ["\x0c", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\ud800"])
def test_what_nobody_sees_or_no_file_holds_is_refused_by_its_number_and_line(unseen: str) -> None:
    found = parse(f"x = 1\ny = 2  # {unseen}\n")
    assert isinstance(found, Unreadable)
    assert f"U+{ord(unseen):04X}" in found.reason
    assert found.line == 2


@pytest.mark.parametrize("text", ["x = 1\r\ny = 2\r\n", "if True:\n\tx = 1\n", "x = '主机 café 😀'\n", "x = '\\u202e'\n"])
def test_text_of_any_language_is_read(text: str) -> None:
    assert isinstance(parse(text), ast.Module)


def test_text_of_the_greatest_length_is_read_and_one_character_more_is_not() -> None:
    text = "#" * MAX_CHARACTERS
    assert isinstance(parse(text), ast.Module)
    assert parse(text + "#") == Unreadable("it has 100,001 characters; 100,000 are allowed")


def test_the_deepest_tree_is_read_and_one_level_more_is_not() -> None:
    levels_around = 4  # module, assignment, constant and its absent context
    deepest = next(n for n in range(MAX_DEPTH, 0, -1) if isinstance(parse(f"x = {'-' * n}1"), ast.Module))
    assert MAX_DEPTH - deepest <= levels_around
    found = parse(f"x = {'-' * (deepest + 1)}1")
    assert isinstance(found, Unreadable)
    assert "101 levels deep" in found.reason


def test_imports_are_found_wherever_they_stand() -> None:
    tree = ast.parse("import a.b, c\ndef f():\n    from d.e import g\nfrom . import h\nfrom ..i import j\n")
    assert sorted(imports(tree)) == [(1, "a.b"), (1, "c"), (3, "d.e"), (4, "."), (5, "..i")]


def test_a_line_of_the_tests_is_told_in_words() -> None:
    assert place("tool", 7) == ("", 7)
    assert place("tests", 7) == ("tests, line 7: ", None)
    assert place("tests", None) == ("tests: ", None)
