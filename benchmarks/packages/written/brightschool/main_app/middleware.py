from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse


class ProfileCompletionMiddleware:
    """Staff and students have to fill in phone and address before anything else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if user.is_authenticated and user.user_type in (2, 3) and not user.profile_complete:
            allowed = [reverse('profile'), reverse('logout_user'), reverse('password_change')]
            if request.path not in allowed and not request.path.startswith(('/static/', '/media/', '/admin/')):
                messages.warning(request, 'Please complete your profile first')
                return redirect('profile')
        return self.get_response(request)
