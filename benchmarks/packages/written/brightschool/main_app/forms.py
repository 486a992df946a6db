from django import forms
from django.forms import inlineformset_factory

from .models import (Course, CustomUser, Feedback, Guardian, Leave, Session, Staff, Student,
                     StudentResult, Subject)


class FormSettings(forms.ModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.visible_fields():
            field.field.widget.attrs['class'] = 'form-control'


class AddUserForm(FormSettings):
    password = forms.CharField(widget=forms.PasswordInput, min_length=8)

    class Meta:
        model = CustomUser
        fields = ['first_name', 'last_name', 'username', 'email', 'gender', 'password']

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields['first_name'].required = True
        self.fields['last_name'].required = True
        self.fields['email'].required = True
        if self.instance.pk:
            self.fields['password'].required = False

    def clean_email(self):
        email = self.cleaned_data['email'].lower()
        if CustomUser.objects.exclude(pk=self.instance.pk).filter(email=email).exists():
            raise forms.ValidationError('The given email is already registered')
        return email

    def clean_password(self):
        return self.cleaned_data.get('password') or None

    def save(self, commit=True):
        old_hash = CustomUser.objects.filter(pk=self.instance.pk).values_list('password', flat=True).first()
        user = super().save(commit=False)
        if self.cleaned_data.get('password'):
            user.set_password(self.cleaned_data['password'])
        else:
            user.password = old_hash
        user.save()
        return user


class StaffExtraForm(FormSettings):
    class Meta:
        model = Staff
        fields = ['course', 'joined']

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields['course'].required = True


class StudentExtraForm(FormSettings):
    class Meta:
        model = Student
        fields = ['course', 'session', 'roll_no']


GuardianFormSet = inlineformset_factory(Student, Guardian, fields=['name', 'relation', 'phone'], extra=2, max_num=4)


class CourseForm(FormSettings):
    class Meta:
        model = Course
        fields = ['name']


class SubjectForm(FormSettings):
    class Meta:
        model = Subject
        fields = ['name', 'course', 'staff']

    def clean(self):
        data = super().clean()
        staff, course = data.get('staff'), data.get('course')
        if staff and course and staff.course_id and staff.course_id != course.pk:
            self.add_error('staff', 'This teacher belongs to another course')
        return data


class SessionForm(FormSettings):
    class Meta:
        model = Session
        fields = '__all__'
        widgets = {'start_year': forms.DateInput(attrs={'type': 'date'}),
                   'end_year': forms.DateInput(attrs={'type': 'date'})}

    def clean(self):
        data = super().clean()
        if data.get('start_year') and data.get('end_year') and data['end_year'] <= data['start_year']:
            raise forms.ValidationError('The session must end after it starts')
        return data


class ProfileForm(FormSettings):
    class Meta:
        model = CustomUser
        fields = ['first_name', 'last_name', 'phone', 'address', 'profile_pic']

    def clean_phone(self):
        phone = self.cleaned_data['phone']
        if not phone.isdigit() or len(phone) < 7:
            raise forms.ValidationError('Enter a phone number of digits only')
        return phone


class LeaveForm(FormSettings):
    class Meta:
        model = Leave
        fields = ['from_date', 'to_date', 'reason']
        widgets = {'from_date': forms.DateInput(attrs={'type': 'date'}),
                   'to_date': forms.DateInput(attrs={'type': 'date'})}

    def clean(self):
        data = super().clean()
        if data.get('from_date') and data.get('to_date') and data['to_date'] < data['from_date']:
            raise forms.ValidationError('Leave ends before it begins')
        return data


class FeedbackForm(FormSettings):
    class Meta:
        model = Feedback
        fields = ['feedback']


class ResultForm(FormSettings):
    class Meta:
        model = StudentResult
        fields = ['subject', 'student', 'test', 'exam']

    def __init__(self, *args, staff=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields['subject'].queryset = Subject.objects.filter(staff=staff)

    def clean(self):
        data = super().clean()
        subject, student = data.get('subject'), data.get('student')
        if subject and student and student.course_id != subject.course_id:
            raise forms.ValidationError('The student does not take this course')
        return data

    def validate_unique(self):
        pass  # update_or_create in the view


class ReportForm(forms.Form):
    date_from = forms.DateField(widget=forms.DateInput(attrs={'type': 'date'}))
    date_to = forms.DateField(widget=forms.DateInput(attrs={'type': 'date'}))
    course = forms.ModelChoiceField(Course.objects.all(), required=False)

    def clean(self):
        data = super().clean()
        if data.get('date_from') and data.get('date_to'):
            if data['date_to'] < data['date_from']:
                raise forms.ValidationError('The range is the wrong way round')
            if (data['date_to'] - data['date_from']).days > 366:
                raise forms.ValidationError('At most one year, please')
        return data
