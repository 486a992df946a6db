from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.contrib.auth.views import PasswordChangeView
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.generic import CreateView, DeleteView, ListView, UpdateView

from .forms import CourseForm, FeedbackForm, LeaveForm, ProfileForm, SessionForm, SubjectForm
from .models import (AttendanceReport, Course, Feedback, Leave, Session, Staff, Student, StudentResult, Subject)


def login_page(request):
    if request.user.is_authenticated:
        return redirect('home')
    if request.method == 'POST':
        user = authenticate(request, username=request.POST.get('username'), password=request.POST.get('password'))
        if user is not None:
            login(request, user)
            return redirect(request.POST.get('next') or 'home') if (request.POST.get('next') or '/').startswith('/') \
                else redirect('home')
        messages.error(request, 'Invalid details')
        return redirect('login_page')
    return render(request, 'main_app/login.html')


def logout_user(request):
    logout(request)
    return redirect('login_page')


@login_required
def home(request):
    user = request.user
    if user.user_type == 1:
        context = {'students': Student.objects.count(), 'staff': Staff.objects.count(),
                   'courses': Course.objects.count(), 'pending': Leave.objects.filter(status=0).count()}
        return render(request, 'main_app/home_hod.html', context)
    if user.user_type == 2:
        return render(request, 'main_app/home_staff.html', {'subjects': Subject.objects.filter(staff=user.staff)})
    reports = AttendanceReport.objects.filter(student=user.student)
    return render(request, 'main_app/home_student.html', {
        'present': reports.filter(status=True).count(), 'absent': reports.filter(status=False).count(),
        'results': StudentResult.objects.filter(student=user.student)})


@login_required
def profile(request):
    form = ProfileForm(request.POST or None, request.FILES or None, instance=request.user)
    if request.method == 'POST':
        if form.is_valid():
            form.save()
            messages.success(request, 'Profile updated')
            return redirect('home')
        request.user.refresh_from_db()
        messages.error(request, 'Please correct the form')
    return render(request, 'main_app/form.html', {'form': form, 'page_title': 'My profile'})


class MyPasswordChangeView(PasswordChangeView):
    template_name = 'main_app/form.html'
    success_url = reverse_lazy('home')


class HodMixin(LoginRequiredMixin, UserPassesTestMixin):
    def test_func(self):
        return self.request.user.user_type == 1


class HodFormMixin(HodMixin):
    template_name = 'main_app/form.html'

    def form_valid(self, form):
        messages.success(self.request, 'Saved')
        return super().form_valid(form)


class CourseList(HodMixin, ListView):
    model = Course
    template_name = 'main_app/course_list.html'


class CourseAdd(HodFormMixin, CreateView):
    model = Course
    form_class = CourseForm
    success_url = reverse_lazy('manage_course')


class CourseEdit(HodFormMixin, UpdateView):
    model = Course
    form_class = CourseForm
    success_url = reverse_lazy('manage_course')


class CourseDelete(HodMixin, DeleteView):
    model = Course
    template_name = 'main_app/confirm.html'
    success_url = reverse_lazy('manage_course')


class SubjectList(HodMixin, ListView):
    queryset = Subject.objects.select_related('course', 'staff__admin').order_by('course', 'name')
    template_name = 'main_app/subject_list.html'


class SubjectAdd(HodFormMixin, CreateView):
    model = Subject
    form_class = SubjectForm
    success_url = reverse_lazy('manage_subject')


class SubjectEdit(HodFormMixin, UpdateView):
    model = Subject
    form_class = SubjectForm
    success_url = reverse_lazy('manage_subject')


class SessionAdd(HodFormMixin, CreateView):
    model = Session
    form_class = SessionForm
    success_url = reverse_lazy('home')


@login_required
def leave_apply(request):
    form = LeaveForm(request.POST or None)
    if request.method == 'POST':
        if form.is_valid():
            leave = form.save(commit=False)
            leave.user = request.user
            leave.save()
            messages.success(request, 'Application for leave has been submitted for review')
            return redirect('leave_apply')
        messages.error(request, 'Form has errors!')
    return render(request, 'main_app/leave_apply.html', {'form': form, 'history': request.user.leaves.all()})


@login_required
def feedback(request):
    form = FeedbackForm(request.POST or None)
    if request.method == 'POST' and form.is_valid():
        form.instance.user = request.user
        form.save()
        messages.success(request, 'Feedback submitted')
        return redirect('feedback')
    return render(request, 'main_app/feedback.html', {
        'form': form, 'history': Feedback.objects.filter(user=request.user)})
