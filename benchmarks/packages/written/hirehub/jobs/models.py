from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from users.models import Company


class JobQuerySet(models.QuerySet):
    def visible(self):
        return self.filter(status=Job.APPROVED, deadline__gte=timezone.localdate())


class Job(models.Model):
    PENDING, APPROVED, REJECTED, CLOSED = "pending", "approved", "rejected", "closed"
    STATUS = [(PENDING, "Pending"), (APPROVED, "Approved"), (REJECTED, "Rejected"), (CLOSED, "Closed")]
    TYPES = [("full", "Full time"), ("part", "Part time"), ("intern", "Internship"), ("remote", "Remote")]

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="jobs")
    title = models.CharField(max_length=140)
    slug = models.SlugField(max_length=160, unique=True, editable=False)
    location = models.CharField(max_length=80)
    job_type = models.CharField(max_length=10, choices=TYPES)
    salary_min = models.PositiveIntegerField(null=True, blank=True)
    salary_max = models.PositiveIntegerField(null=True, blank=True)
    description = models.TextField()
    deadline = models.DateField()
    status = models.CharField(max_length=10, choices=STATUS, default=PENDING)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        if not self.slug:
            base = slugify(self.title) or "job"
            slug, n = base, 1
            while Job.objects.filter(slug=slug).exists():
                n += 1
                slug = f"{base}-{n}"
            self.slug = slug
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("jobs:detail", kwargs={"slug": self.slug})


class Application(models.Model):
    STAGES = [("new", "New"), ("review", "In review"), ("interview", "Interview"), ("hired", "Hired"),
              ("declined", "Declined")]
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="applications")
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="applications")
    cover_letter = models.TextField()
    resume = models.FileField(upload_to="applications/%Y/")
    stage = models.CharField(max_length=10, choices=STAGES, default="new")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "applicant"], name="one_application_per_job")]
        ordering = ["-created_at"]


class SavedJob(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_jobs")
    job = models.ForeignKey(Job, on_delete=models.CASCADE)

    class Meta:
        unique_together = ("user", "job")


class SavedSearch(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=60)
    querystring = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)


class ContactMessage(models.Model):
    name = models.CharField(max_length=80)
    email = models.EmailField()
    subject = models.CharField(max_length=120)
    message = models.TextField()
    handled = models.BooleanField(default=False)
    sent_at = models.DateTimeField(auto_now_add=True)
