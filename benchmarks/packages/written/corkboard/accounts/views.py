from django.contrib.auth import login
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET
from django.views.generic import CreateView, UpdateView

from .forms import SignUpForm
from .models import User


class SignUpView(CreateView):
    form_class = SignUpForm
    template_name = "accounts/form.html"
    success_url = reverse_lazy("boards:index")

    def form_valid(self, form):
        response = super().form_valid(form)
        login(self.request, self.object)
        return response

    def get_success_url(self):
        token = self.request.session.pop("invite", None)
        return reverse_lazy("boards:invitation", args=[token]) if token else str(self.success_url)


class SettingsView(LoginRequiredMixin, UpdateView):
    fields = ["display_name", "first_name", "last_name"]
    template_name = "accounts/form.html"
    success_url = reverse_lazy("accounts:settings")

    def get_object(self, queryset=None):
        return self.request.user


@require_GET
def email_taken(request):
    """HTMX validation snippet for the sign-up form."""
    taken = User.objects.filter(email__iexact=request.GET.get("email", "")).exists()
    return HttpResponse('<span class="error">Already registered</span>' if taken else "")
