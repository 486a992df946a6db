from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver


class User(AbstractUser):
    EMPLOYER = "employer"
    APPLICANT = "applicant"
    ROLE_CHOICES = [(EMPLOYER, "Employer"), (APPLICANT, "Applicant")]

    role = models.CharField(max_length=20, choices=ROLE_CHOICES, default=APPLICANT)
    email = models.EmailField(unique=True)

    @property
    def is_employer(self):
        return self.role == self.EMPLOYER

    @property
    def is_applicant(self):
        return self.role == self.APPLICANT


class Company(models.Model):
    owner = models.OneToOneField(User, on_delete=models.CASCADE, related_name="company")
    name = models.CharField(max_length=120)
    website = models.URLField(blank=True)
    about = models.TextField(blank=True)
    logo = models.ImageField(upload_to="logos/", blank=True, null=True)

    class Meta:
        verbose_name_plural = "companies"

    def __str__(self):
        return self.name


class ApplicantProfile(models.Model):
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="profile")
    headline = models.CharField(max_length=150, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    resume = models.FileField(upload_to="resumes/", blank=True, null=True)

    def __str__(self):
        return self.user.get_full_name() or self.user.username


@receiver(post_save, sender=User)
def create_profile(sender, instance, created, **kwargs):
    if created and instance.is_applicant:
        ApplicantProfile.objects.create(user=instance)
