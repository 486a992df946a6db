from django.contrib.auth import authenticate
from django.db.models import Q
from ninja import Router

from ..models import Account, ApiToken
from ..schemas import Error, LoginIn, MeOut, MePatch, PasswordIn, RegisterIn, TokenOut

router = Router(tags=["auth"])


@router.post("/register", response={201: MeOut, 409: Error}, auth=None)
def register(request, data: RegisterIn):
    if Account.objects.filter(Q(username=data.username) | Q(email=data.email)).exists():
        return 409, {"detail": "username or email already in use"}
    return 201, Account.objects.create_user(data.username, data.email, data.password)


@router.post("/login", response={200: TokenOut, 401: Error}, auth=None)
def login(request, data: LoginIn):
    account = authenticate(request, username=data.username, password=data.password)
    if account is None:
        return 401, {"detail": "wrong username or password"}
    raw, token = ApiToken.issue(account)
    return {"token": raw, "expires_at": token.expires_at}


@router.post("/refresh", response=TokenOut)
def refresh(request):
    request.api_token.revoked = True
    request.api_token.save()
    raw, token = ApiToken.issue(request.account)
    return {"token": raw, "expires_at": token.expires_at}


@router.post("/logout", response={204: None})
def logout(request):
    request.api_token.revoked = True
    request.api_token.save()
    return 204, None


@router.get("/me", response=MeOut)
def me(request):
    return request.account


@router.patch("/me", response={200: MeOut, 409: Error})
def update_me(request, data: MePatch):
    changes = data.dict(exclude_unset=True)
    if changes.get("email") and Account.objects.exclude(pk=request.account.pk).filter(email=changes["email"]).exists():
        return 409, {"detail": "email already in use"}
    for key, value in changes.items():
        if value is not None:
            setattr(request.account, key, value)
    request.account.save()
    return request.account


@router.post("/me/password", response={204: None, 400: Error})
def change_password(request, data: PasswordIn):
    if not request.account.check_password(data.old):
        return 400, {"detail": "old password is wrong"}
    request.account.set_password(data.new)
    request.account.save()
    request.account.tokens.exclude(pk=request.api_token.pk).update(revoked=True)
    return 204, None
