from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, user_passes_test
from django.contrib.auth.mixins import UserPassesTestMixin
from django.core.mail import send_mail
from django.db.models import Count, Q
from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import CreateView, DeleteView, DetailView, FormView, ListView, UpdateView

from users.decorators import EmployerRequiredMixin, applicant_required

from .forms import ApplicationForm, ContactForm, JobFilterForm, JobForm, SavedSearchForm, StageForm
from .models import Application, ContactMessage, Job, SavedJob, SavedSearch


def home(request):
    return render(request, "jobs/home.html", {"latest": Job.objects.visible().select_related("company")[:5]})


class JobListView(ListView):
    template_name = "jobs/list.html"
    context_object_name = "jobs"
    paginate_by = 8

    def get_queryset(self):
        qs = Job.objects.visible().select_related("company")
        self.form = JobFilterForm(self.request.GET)
        if self.form.is_valid():
            cd = self.form.cleaned_data
            if cd["q"]:
                qs = qs.filter(Q(title__icontains=cd["q"]) | Q(description__icontains=cd["q"]))
            if cd["location"]:
                qs = qs.filter(location__icontains=cd["location"])
            if cd["job_type"]:
                qs = qs.filter(job_type=cd["job_type"])
            if cd["salary"]:
                qs = qs.filter(salary_max__gte=cd["salary"])
        return qs

    def get_context_data(self, **kwargs):
        params = self.request.GET.copy()
        params.pop("page", None)
        return super().get_context_data(
            filter_form=self.form, params=params.urlencode(),
            save_form=SavedSearchForm(initial={"querystring": params.urlencode()}), **kwargs)


class JobDetailView(DetailView):
    template_name = "jobs/detail.html"

    def get_object(self, queryset=None):
        job = get_object_or_404(Job, slug=self.kwargs["slug"])
        user = self.request.user
        if job.status != Job.APPROVED and not user.is_staff and job.company.owner != user:
            raise Http404("Not published")
        return job

    def get_context_data(self, **kwargs):
        ctx = super().get_context_data(**kwargs)
        user = self.request.user
        if user.is_authenticated:
            ctx["applied"] = self.object.applications.filter(applicant=user).exists()
            ctx["saved"] = user.saved_jobs.filter(job=self.object).exists()
        return ctx


class OwnJobMixin(EmployerRequiredMixin):
    model = Job

    def get_queryset(self):
        return Job.objects.filter(company__owner=self.request.user)


class JobCreateView(EmployerRequiredMixin, CreateView):
    model = Job
    form_class = JobForm
    template_name = "jobs/form.html"
    success_url = reverse_lazy("jobs:dashboard")

    def form_valid(self, form):
        form.instance.company = self.request.user.company
        messages.success(self.request, "Thanks! We will review the ad soon.")
        return super().form_valid(form)


class JobUpdateView(OwnJobMixin, UpdateView):
    form_class = JobForm
    template_name = "jobs/form.html"
    success_url = reverse_lazy("jobs:dashboard")

    def form_valid(self, form):
        form.instance.status = Job.PENDING
        return super().form_valid(form)


class JobDeleteView(OwnJobMixin, DeleteView):
    template_name = "jobs/confirm_delete.html"
    success_url = reverse_lazy("jobs:dashboard")


class ApplicantsView(OwnJobMixin, DetailView):
    template_name = "jobs/applicants.html"

    def get_context_data(self, **kwargs):
        apps = self.object.applications.select_related("applicant")
        stage = self.request.GET.get("stage")
        if stage:
            apps = apps.filter(stage=stage)
        return super().get_context_data(applications=apps, stages=Application.STAGES, **kwargs)


@login_required
@require_POST
def close_job(request, slug):
    job = get_object_or_404(Job, slug=slug, company__owner=request.user)
    job.status = Job.CLOSED
    job.save()
    return redirect("jobs:dashboard")


@applicant_required
def apply(request, slug):
    job = get_object_or_404(Job.objects.visible(), slug=slug)
    if job.applications.filter(applicant=request.user).exists():
        messages.warning(request, "You have already applied.")
        return redirect(job)
    if request.method == "POST":
        form = ApplicationForm(request.POST, request.FILES)
        if form.is_valid():
            application = form.save(commit=False)
            application.job = job
            application.applicant = request.user
            application.save()
            send_mail(f"New application for {job}", f"{request.user} has applied.", settings.CONTACT_EMAIL,
                      [job.company.owner.email])
            messages.success(request, "Good luck!")
            return redirect("jobs:dashboard")
    else:
        form = ApplicationForm()
    return render(request, "jobs/apply.html", {"form": form, "job": job})


@applicant_required
@require_POST
def withdraw(request, pk):
    application = get_object_or_404(Application, pk=pk, applicant=request.user)
    if application.stage in ("hired", "declined"):
        messages.error(request, "This application is closed already.")
    else:
        application.delete()
    return redirect("jobs:dashboard")


@login_required
def application_detail(request, pk):
    application = get_object_or_404(
        Application.objects.filter(Q(applicant=request.user) | Q(job__company__owner=request.user)), pk=pk)
    form = None
    if application.job.company.owner == request.user:
        form = StageForm(request.POST or None, instance=application)
        if request.method == "POST" and form.is_valid():
            form.save()
            send_mail(f"Your application for {application.job}",
                      f"The new state is: {application.get_stage_display()}", None, [application.applicant.email])
            return redirect("jobs:applicants", slug=application.job.slug)
    return render(request, "jobs/application.html", {"application": application, "form": form})


@login_required
def resume_download(request, pk):
    application = get_object_or_404(
        Application.objects.filter(Q(applicant=request.user) | Q(job__company__owner=request.user)), pk=pk)
    return FileResponse(application.resume.open("rb"), as_attachment=True)


@applicant_required
@require_POST
def toggle_saved(request, slug):
    job = get_object_or_404(Job, slug=slug, status=Job.APPROVED)
    saved, created = SavedJob.objects.get_or_create(user=request.user, job=job)
    if not created:
        saved.delete()
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"saved": created})
    return redirect(job)


@login_required
@require_http_methods(["GET", "POST"])
def saved_searches(request):
    form = SavedSearchForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            form.instance.user = request.user
            form.save()
            messages.success(request, "Search saved.")
        else:
            messages.error(request, "Please give the search a name.")
        return redirect("jobs:saved_searches")
    return render(request, "jobs/saved_searches.html", {"searches": request.user.saved_searches.all()})


@login_required
@require_POST
def delete_search(request, pk):
    get_object_or_404(SavedSearch, pk=pk, user=request.user).delete()
    return redirect("jobs:saved_searches")


@login_required
def dashboard(request):
    if request.user.is_employer:
        jobs = Job.objects.filter(company__owner=request.user).annotate(n=Count("applications"))
        return render(request, "jobs/dashboard_employer.html", {"jobs": jobs})
    return render(request, "jobs/dashboard_applicant.html", {
        "applications": request.user.applications.select_related("job"),
        "saved": request.user.saved_jobs.select_related("job")})


class ContactView(FormView):
    form_class = ContactForm
    template_name = "jobs/contact.html"
    success_url = reverse_lazy("jobs:contact")

    def form_valid(self, form):
        msg = form.save()
        send_mail(msg.subject, msg.message, msg.email, [settings.CONTACT_EMAIL])
        messages.success(self.request, "Message sent.")
        return super().form_valid(form)


staff_only = user_passes_test(lambda u: u.is_staff)


@staff_only
def moderation(request):
    return render(request, "jobs/moderation.html", {
        "pending": Job.objects.filter(status=Job.PENDING), "contacts": ContactMessage.objects.filter(handled=False)})


@staff_only
@require_POST
def moderate(request, slug, decision):
    job = get_object_or_404(Job, slug=slug, status=Job.PENDING)
    if decision not in (Job.APPROVED, Job.REJECTED):
        raise Http404
    job.status = decision
    job.save()
    messages.success(request, f"{job} {decision}.")
    return redirect("jobs:moderation")


class StaffMixin(UserPassesTestMixin):
    def test_func(self):
        return self.request.user.is_staff


class ContactHandledView(StaffMixin, UpdateView):
    model = ContactMessage
    fields = ["handled"]
    template_name = "jobs/form.html"
    success_url = reverse_lazy("jobs:moderation")
