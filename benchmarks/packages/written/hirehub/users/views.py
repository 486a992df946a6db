from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.generic import CreateView, DetailView, TemplateView

from .forms import ApplicantProfileForm, ApplicantSignUpForm, CompanyForm, EmployerSignUpForm
from .models import Company, User


class SignUpView(TemplateView):
    template_name = "users/signup.html"


class EmployerSignUpView(CreateView):
    model = User
    form_class = EmployerSignUpForm
    template_name = "users/signup_form.html"

    def form_valid(self, form):
        user = form.save()
        login(self.request, user)
        return redirect("jobs:dashboard")


class ApplicantSignUpView(CreateView):
    model = User
    form_class = ApplicantSignUpForm
    template_name = "users/signup_form.html"

    def form_valid(self, form):
        user = form.save()
        login(self.request, user)
        messages.info(self.request, "Upload your resume to apply faster.")
        return redirect("users:profile")


class CompanyDetailView(DetailView):
    model = Company
    template_name = "users/company.html"


@login_required
def profile(request):
    if request.user.is_employer:
        company, _ = Company.objects.get_or_create(owner=request.user, defaults={"name": request.user.username})
        form = CompanyForm(request.POST or None, request.FILES or None, instance=company)
    else:
        form = ApplicantProfileForm(request.POST or None, request.FILES or None, instance=request.user.profile)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Profile updated.")
        return redirect("users:profile")
    return render(request, "users/profile.html", {"form": form})


@login_required
def delete_account(request):
    if request.method == "POST":
        user = request.user
        if not user.check_password(request.POST.get("password", "")):
            messages.error(request, "Wrong password.")
            return redirect("users:delete")
        logout(request)
        user.delete()
        return redirect("jobs:home")
    return render(request, "users/delete.html")
