"""Who stands behind a key: a user, or the row that the key is of, as a device, which plays the user of its requests."""

from django.apps import apps

from loadaudit.inventory.source.relations import is_user_model, user_model


def is_key_of_user(key: str, origin: str) -> bool:
    """Whether the key that a trace shows of a request's user is one of a user's. Never raises.

    `origin` is the label of the model whose row opened it, or a setting.
    """
    try:
        model = apps.get_model(origin)
    except (LookupError, ValueError):
        model = None
    # What has this attribute takes the user's place; its keys may be the same numbers as those of users.
    if model is not None and not is_user_model(model) and hasattr(model, "is_authenticated"):
        return False
    try:
        return bool(user_model()._base_manager.filter(pk=key).exists())
    except Exception:  # a key of another type, or managers and columns of the project's own code
        return False
