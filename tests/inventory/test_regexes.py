"""Regular expressions made readable."""

import pytest

from loadaudit.inventory.urlconf.regexes import read_regex


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"^about/$", "about/"),
        (r"^$", ""),
        (r"^users/(?P<pk>\d+)/$", "users/<pk>/"),
        (r"^archive/(\d{4})/(\d{2})/$", "archive/<1>/<2>/"),
        (r"^page(?:/(?P<number>\d+))?/$", "page[/<number>]/"),
        (r"^files/(?P<name>[^/]+)(?P<ext>\.\w+)?$", "files/<name>[<ext>]"),
        (r"^a/?$", "a[/]"),
        (r"^v1\.0/\-x/$", "v1.0/-x/"),
        (r"^(?P<outer>x(?P<inner>\d+))/(\w+)/$", "<outer>/<3>/"),
        (r"^(?:en|de)/home/$", "(en|de)/home/"),
        (r"^(?i:Home)/$", "Home/"),
        (r"(?i)^home\Z", "home"),
        (r"^(?!admin)(?P<slug>[\w-]+)$", "<slug>"),
        (r"^\w+/list$", "*/list"),
        (r"^[a-z]+\d*/$", "*/"),
        (r"^[.]well-known/$", ".well-known/"),
        (r"^[Aa][pP][iI]/$", "api/"),
        (r"^[Ab]/$", "*/"),
        (r"^((?:[\w\-]+/)*)$", "<1>"),
        (r"^x(?:a|)y$", "x[a]y"),
        (r"^(?P<a>\(\))/$", "<a>/"),
        (r"^[])(]x$", "*x"),
        (r"^a{3}/$", "aaa/"),
        (r"^(?#note)a$", "a"),
        (r"^a\b$|^b$", "(a|b)"),
        (r"^site.webmanifest$", "site.webmanifest"),
        (r"^.well-known/.+$", ".well-known/*"),
        (r"^(?P<space>[_]{0})cart/(?P<pk>\d+)$", "cart/<pk>"),
        (r"^a{0,0}b{0,}$", "[b]"),
        (r"^blog/(page-(?P<n>\d+)/)?$", "blog/[page-<n>/]"),
        (r"^deep/((?P<a>\d+)/((?P<b>\d+)/)?)?$", "deep/[<a>/[<b>/]]"),
        (r"^((?P<a>\d+)|x)/(\w+)/$", "(<a>|x)/<3>/"),
    ],
)
def test_text(source: str, text: str) -> None:
    """Groups by name or number, optional parts in brackets, anchors gone."""
    assert read_regex(source).text == text


def test_groups_are_listed_in_the_order_in_which_they_open() -> None:
    """An outer group comes before the one inside it."""
    groups = read_regex(r"^(?P<outer>x(?P<inner>\d+))/(\w+)/$").groups
    assert [(one.name, one.pattern) for one in groups] == [
        ("outer", r"x(?P<inner>\d+)"),
        ("inner", r"\d+"),
        ("3", r"\w+"),
    ]


def test_unnamed_groups_count_on_from_the_include() -> None:
    """Django hands positional groups of all parts to the view in one row."""
    assert read_regex(r"^(\d+)/$", 2).text == "<3>/"


def test_a_group_that_holds_named_ones_is_none_of_its_own() -> None:
    """Django hands over what has a name alone, so the group around it is no parameter; the next number stays."""
    read = read_regex(r"^(page-(?P<n>\d+)/)?(\w+)$")
    assert [(one.name, one.named) for one in read.groups] == [("n", True), ("3", False)]
    assert read.count == 3


@pytest.mark.parametrize("source", ["(", ")", "[", "a)b", "(?P<a", "\\", "(?P<a>(?:x", "*", "a{,"])
def test_broken_expressions_end(source: str) -> None:
    """Whatever is no expression is still read to its end."""
    assert isinstance(read_regex(source).text, str)
