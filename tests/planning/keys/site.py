"""Pages that want a key in a header."""

import json
from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, dumps, loads
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from rest_framework.authentication import BaseAuthentication, BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.planning.keys.models import Access, ApiKey, Member, PartnerToken, digest_of

TENANT = "X-Tenant"


def bearer(request: HttpRequest) -> str:
    """Return the key of a request."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key if scheme == "Bearer" else ""


def is_known(key: str) -> bool:
    """Whether there is a key of this hash for the site."""
    return bool(ApiKey.objects.filter(digest=digest_of(key), kind="site").exists())


def keyed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Turn away whoever has no key."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_known(bearer(request)):
            return HttpResponse("Authorization header missing", status=401)
        return view(request, *args, **kwargs)

    return inner


@method_decorator(keyed, name="get")
class Jobs(View):
    """Jobs, whose decorator looks at the header."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return HttpResponse("jobs")


def partners(request: HttpRequest) -> HttpResponse:
    """Compare a header with a setting."""
    key = getattr(settings, "PARTNER_KEY", "")
    return HttpResponse(status=200 if request.META.get("HTTP_X_PARTNER_KEY") == key else 403)


class HasToken(BasePermission):
    """Look a token up that stands in a column."""

    keyword = "Partner"
    model = PartnerToken

    def has_permission(self, request: Request, view: Any) -> bool:
        """Compare."""
        keyword, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        return keyword == self.keyword and bool(self.model.objects.filter(token=token).exists())


class AccessKey(BaseAuthentication):
    """Look a row up by the beginning of the key, and compare its hash."""

    def authenticate(self, request: Request) -> tuple[None, Access] | None:
        """Return the row."""
        _, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        found = Access.objects.filter(prefix=key[:8], hashed_key=digest_of(key)).first()
        return (None, found) if found is not None else None


class Accesses(APIView):
    """An API that looks at no session."""

    authentication_classes = (AccessKey,)


class OneToken(APIView):
    """A page of one row in an API that looks at no session."""

    authentication_classes = (AccessKey,)

    def get(self, request: Request, number: int) -> Response:
        """Answer whoever shows a key."""
        return Response(status=200 if request.auth is not None else 401)


class Tokens(APIView):
    """An API behind a permission."""

    permission_classes = [HasToken]

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response()


def signed(request: HttpRequest) -> HttpResponse:
    """Want a signature, which no key is."""
    return HttpResponse(status=200 if request.headers.get("X-Hub-Signature-256") else 403)


def plain(request: HttpRequest) -> HttpResponse:
    """Look at no header."""
    return HttpResponse(request.POST.get("token", ""))


class IsTenant(BasePermission):
    """Look a row up by a header of the project's own, in a helper."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Compare."""
        if "X-Tenant" not in request.headers:
            return False
        return tenant_of(request.headers[TENANT]) is not None


def tenant_of(number: str) -> PartnerToken | None:
    """Return the row of a number."""
    found: PartnerToken | None = PartnerToken.objects.filter(id=number).first()
    return found


class Tenants(APIView):
    """An API of tenants."""

    permission_classes = [IsTenant]

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response()


@csrf_exempt
@require_POST
def ingest(request: HttpRequest) -> HttpResponse:
    """Take what programs send that show a key."""
    if not PartnerToken.objects.filter(token=request.headers.get("X-Api-Key"), is_active=True).exists():
        return HttpResponse(status=401)
    return HttpResponse(status=201 if request.body else 400)


def basic(request: HttpRequest) -> HttpResponse:
    """Want name and password with every request."""
    known = request.headers.get("Authorization") == "Basic dTpw"
    return HttpResponse(status=200 if known else 401, headers={"WWW-Authenticate": 'Basic realm="site"'})


def silent_basic(request: HttpRequest) -> HttpResponse:
    """Want name and password, and say so to nobody."""
    scheme, _, _ = request.headers.get("Authorization", "").partition(" ")
    return HttpResponse(status=200 if scheme.lower() == "basic" else 401)


class OnlyAnn(BasicAuthentication):
    """Knows one name and password."""

    def authenticate_credentials(self, userid: str, password: str, request: Any = None) -> tuple[Any, None]:
        """Return whom it knows."""
        if (userid, password) != ("u", "p"):
            raise AuthenticationFailed
        return SimpleNamespace(is_authenticated=True, pk=1), None


class Issue(APIView):
    """Answers a token to whoever shows name and password; its code looks at no header."""

    authentication_classes = (OnlyAnn,)
    permission_classes = (IsAuthenticated,)

    def post(self, request: Request) -> Response:
        """Tell it."""
        return Response({"token": "t"})


LOGIN = '<form method="post"><input name="mail"><input type="password" name="word"></form>'


@csrf_exempt
def enter(request: HttpRequest) -> HttpResponse:
    """Let a member in, whom the session remembers."""
    if request.method == "POST":
        found = Member.objects.filter(email=request.POST["mail"], pw_plain=request.POST["word"]).first()
        if found is not None:
            request.session["member"] = found.id
            request.session["kind"] = "member"
            return HttpResponseRedirect("/mine/")
    return HttpResponse(LOGIN)


def mine(request: HttpRequest) -> HttpResponse:
    """Show a member what is theirs."""
    if request.session.get("kind") != "member" or "member" not in request.session:
        return HttpResponseRedirect("/enter/")
    return HttpResponse(str(Member.objects.get(pk=request.session["member"])))


@csrf_exempt
def tell(request: HttpRequest) -> HttpResponse:
    """Tell a member a token, which nothing but this site reads."""
    data = json.loads(request.body)
    found = Member.objects.filter(email=data["email"], pw_plain=data["password"]).first()
    return JsonResponse({"token": dumps(found.pk)} if found is not None else {}, status=200 if found else 401)


def theirs(request: HttpRequest) -> HttpResponse:
    """Show a member who shows the token what is theirs."""
    try:
        return HttpResponse(str(Member.objects.get(pk=loads(bearer(request)))))
    except BadSignature:
        return HttpResponse(status=401)


urlpatterns = [
    path("tell/", tell),
    path("theirs/", theirs),
    path("enter/", enter),
    path("mine/", mine),
    path("accesses/", Accesses.as_view()),
    path("jobs/", Jobs.as_view()),
    path("partners/", partners),
    path("tokens/<int:number>/", OneToken.as_view()),
    path("tokens/", Tokens.as_view()),
    path("tenants/", Tenants.as_view()),
    path("signed/", signed),
    path("plain/", plain),
    path("basic/", basic),
    path("silent/", silent_basic),
    path("issue/", Issue.as_view()),
    path("ingest/", ingest),
    path("keys/rotate/", ingest),
]
