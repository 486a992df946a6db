def unread(request):
    if request.user.is_authenticated:
        return {'unread_messages': request.user.received.filter(is_read=False).count(),
                'unseen': request.user.notifications.filter(seen=False).count()}
    return {}
