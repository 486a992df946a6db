from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import PasswordChangeView
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views import View
from django.views.generic import CreateView, FormView, ListView, UpdateView

from .forms import EmployeeCreateForm, EmployeeUpdateForm, LoginForm
from .mixins import HRRequiredMixin
from .models import Department, Employee


class LoginPage(FormView):
    form_class = LoginForm
    template_name = 'users/login.html'
    success_url = reverse_lazy('leaves:dashboard')

    def form_valid(self, form):
        login(self.request, form.user)
        return super().form_valid(form)


class LogoutPage(View):
    def get(self, request):
        logout(request)
        messages.info(request, 'Bye')
        return redirect('users:login')


class EmployeeList(HRRequiredMixin, ListView):
    model = Employee
    template_name = 'users/employee_list.html'
    paginate_by = 25
    ordering = ['email']


class EmployeeCreate(HRRequiredMixin, CreateView):
    form_class = EmployeeCreateForm
    template_name = 'users/form.html'
    success_url = reverse_lazy('users:employees')


class EmployeeUpdate(HRRequiredMixin, UpdateView):
    model = Employee
    form_class = EmployeeUpdateForm
    template_name = 'users/form.html'
    success_url = reverse_lazy('users:employees')


class DepartmentCreate(HRRequiredMixin, CreateView):
    model = Department
    fields = ['name']
    template_name = 'users/form.html'
    success_url = reverse_lazy('users:employees')


class MyPassword(LoginRequiredMixin, PasswordChangeView):
    template_name = 'users/form.html'
    success_url = reverse_lazy('leaves:dashboard')
