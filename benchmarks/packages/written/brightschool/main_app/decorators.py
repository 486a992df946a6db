from functools import wraps

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect

HOD, STAFF, STUDENT = 1, 2, 3


def role_required(*roles):
    def decorator(view):
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect('login_page')
            if request.user.user_type not in roles:
                messages.error(request, 'You are not allowed to see this page')
                return redirect('home')
            return view(request, *args, **kwargs)
        return wrapper
    return decorator


def ajax_login_required(view):
    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return JsonResponse({'error': 'Not logged in'}, status=401)
        return view(request, *args, **kwargs)
    return wrapper
