"""Small projects around public packages that bring views of their own: settings modules, each with its URLconf."""

from importlib.metadata import PackageNotFoundError, version

PROJECTS: dict[str, tuple[str, ...]] = {
    "admin": (),
    "allauth": ("django-allauth[headless,mfa,socialaccount,usersessions]", "fido2"),
    "cms": ("django-cms",),
    "demo": ("django-allauth", "djangorestframework", "django-ninja", "openpyxl", "fpdf2"),
    "drf": ("djangorestframework", "drf-spectacular", "djangorestframework-simplejwt"),
    "guards": ("djangorestframework",),
    "ninja": ("django-ninja",),
    "oauth2": ("django-oauth-toolkit",),
    "oscar": ("django-oscar",),
    "rest_auth": ("djangorestframework", "dj-rest-auth", "djoser"),
    "wagtail": ("wagtail",),
}
"""Settings module → the distributions that it needs."""


def missing_packages(name: str) -> list[str]:
    """Return those distributions of a project that are not installed."""
    missing = []
    for package in PROJECTS[name]:
        try:
            version(package.partition("[")[0])
        except PackageNotFoundError:
            missing.append(package)
    return missing
