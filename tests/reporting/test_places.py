"""Files as a reader knows them."""

from loadaudit.reporting.places import shortener

FILES = (
    "/srv/build/17/shop/orders/views.py",
    "/srv/build/17/shop/urls.py",
    "/srv/venv/lib/python3.12/site-packages/allauth/account/views.py",
)


def test_without_the_folder_of_one_machine() -> None:
    """Of the project from its own folder on, of a package from the package on; others stay as they are."""
    short = shortener(FILES)
    assert [short(one) for one in FILES] == ["orders/views.py", "urls.py", "allauth/account/views.py"]
    assert short("/elsewhere/x.py") == "/elsewhere/x.py"
    assert short("") == ""


def test_relative_files_stay() -> None:
    """As a saved inventory has them."""
    assert shortener(("shop/urls.py", ""))("shop/urls.py") == "shop/urls.py"
