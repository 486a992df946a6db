from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import JsonResponse
from django.shortcuts import render, get_object_or_404, redirect
from .models import Message, Notification


@login_required
def inbox(request):
    ids = set()
    for m in Message.objects.filter(Q(sender=request.user) | Q(receiver=request.user)):
        ids.add(m.sender_id)
        ids.add(m.receiver_id)
    ids.discard(request.user.id)
    return render(request, 'inbox/inbox.html', {'people': User.objects.filter(id__in=ids)})


@login_required
def chat(request, username):
    other = get_object_or_404(User, username=username)
    if request.method == 'POST':
        text = request.POST.get('text', '').strip()
        if text:
            message = Message.objects.create(sender=request.user, receiver=other, text=text[:1000])
            if request.headers.get('x-requested-with') == 'XMLHttpRequest':
                return JsonResponse({'id': message.id, 'text': message.text})
        return redirect('chat', username=username)
    thread = Message.objects.filter(
        Q(sender=request.user, receiver=other) | Q(sender=other, receiver=request.user))
    thread.filter(receiver=request.user).update(is_read=True)
    return render(request, 'inbox/chat.html', {'other': other, 'thread': thread})


@login_required
def poll(request, username):
    """new messages since ?after=<id>"""
    other = get_object_or_404(User, username=username)
    after = request.GET.get('after', '0')
    if not after.isdigit():
        return JsonResponse({'error': 'after must be a number'}, status=400)
    new = Message.objects.filter(sender=other, receiver=request.user, id__gt=int(after))
    return JsonResponse({'messages': list(new.values('id', 'text', 'date'))})


@login_required
def notifications(request):
    items = list(request.user.notifications.all()[:50])
    return render(request, 'inbox/notifications.html', {'items': items})


@login_required
def mark_seen(request):
    if request.method == 'POST':
        request.user.notifications.update(seen=True)
    return redirect('notifications')
