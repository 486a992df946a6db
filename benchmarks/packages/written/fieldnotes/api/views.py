import hashlib
import hmac
import json

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from .models import Account, ApiToken, WebhookEvent


@require_GET
def health(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@csrf_exempt
@require_POST
def billing_webhook(request):
    """The billing provider signs the raw body: X-Signature: sha256=<hex hmac>."""
    expected = "sha256=" + hmac.new(settings.WEBHOOK_SECRET.encode(), request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Signature", "")):
        return JsonResponse({"error": "bad signature"}, status=401)
    try:
        event = json.loads(request.body)
        event_id, kind, username = event["id"], event["type"], event["data"]["username"]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "malformed event"}, status=400)
    _, created = WebhookEvent.objects.get_or_create(event_id=event_id, defaults={"kind": kind, "payload": event})
    if created and kind in ("subscription.started", "subscription.ended"):
        plan = "pro" if kind == "subscription.started" else "free"
        Account.objects.filter(username=username).update(plan=plan)
    return JsonResponse({"received": True, "duplicate": not created})


@login_required
def console(request):
    """Small web page where a user sees and revokes the tokens."""
    return render(request, "console.html", {"tokens": request.user.tokens.filter(revoked=False),
                                            "devices": request.user.devices.all()})


@login_required
@require_POST
def revoke(request, pk):
    ApiToken.objects.filter(pk=pk, account=request.user).update(revoked=True)
    return redirect("console")
