from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models


class EmployeeManager(BaseUserManager):
    use_in_migrations = True

    def _create(self, email, password, **extra):
        email = self.normalize_email(email)
        user = self.model(email=email, **extra)
        user.set_password(password)
        user.save()
        return user

    def create_user(self, email, password=None, **extra):
        return self._create(email, password, **extra)

    def create_superuser(self, email, password=None, **extra):
        extra.update(is_staff=True, is_superuser=True, role='hr')
        return self._create(email, password, **extra)


class Department(models.Model):
    name = models.CharField(max_length=80, unique=True)

    def __str__(self):
        return self.name


class Employee(AbstractUser):
    ROLES = [('employee', 'Employee'), ('manager', 'Manager'), ('hr', 'HR')]
    username = None
    email = models.EmailField('email address', unique=True)
    role = models.CharField(max_length=10, choices=ROLES, default='employee')
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.SET_NULL)
    phone = models.CharField(max_length=20, blank=True)
    annual_days = models.PositiveIntegerField(default=21)

    USERNAME_FIELD = 'email'
    REQUIRED_FIELDS = []
    objects = EmployeeManager()

    @property
    def is_manager(self):
        return self.role in ('manager', 'hr')

    @property
    def is_hr(self):
        return self.role == 'hr'

    def __str__(self):
        return self.get_full_name() or self.email
