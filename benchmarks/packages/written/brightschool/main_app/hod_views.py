import csv

from django.contrib import messages
from django.core.mail import send_mail
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from .decorators import HOD, role_required
from .forms import AddUserForm, GuardianFormSet, ReportForm, StaffExtraForm, StudentExtraForm
from .models import AttendanceReport, Course, Feedback, Leave, Staff, Student


@role_required(HOD)
def add_staff(request):
    form = AddUserForm(request.POST or None)
    extra = StaffExtraForm(request.POST or None)
    if request.method == 'POST':
        if form.is_valid() and extra.is_valid():
            with transaction.atomic():
                form.instance.user_type = 2
                user = form.save()
                user.staff.course = extra.cleaned_data['course']
                user.staff.joined = extra.cleaned_data['joined']
                user.staff.save()
            messages.success(request, 'Successfully added')
            return redirect('manage_staff')
        messages.error(request, 'Please fulfil all requirements')
    return render(request, 'main_app/form.html', {'form': form, 'extra': extra, 'page_title': 'Add Staff'})


@role_required(HOD)
def edit_staff(request, staff_id):
    staff = get_object_or_404(Staff, id=staff_id)
    form = AddUserForm(request.POST or None, instance=staff.admin)
    extra = StaffExtraForm(request.POST or None, instance=staff)
    if request.method == 'POST' and form.is_valid() and extra.is_valid():
        form.save()
        extra.save()
        messages.success(request, 'Successfully updated')
        return redirect('edit_staff', staff_id=staff_id)
    return render(request, 'main_app/form.html', {'form': form, 'extra': extra, 'page_title': 'Edit Staff'})


@role_required(HOD)
def manage_staff(request):
    staff = Staff.objects.select_related('admin', 'course').order_by('admin__last_name')
    return render(request, 'main_app/manage_staff.html', {'staff': staff})


@role_required(HOD)
@require_POST
def delete_staff(request, staff_id):
    get_object_or_404(Staff, id=staff_id).admin.delete()
    messages.success(request, 'Staff deleted')
    return redirect('manage_staff')


def _student_form(request, student, title):
    form = AddUserForm(request.POST or None, instance=student.admin if student else None)
    extra = StudentExtraForm(request.POST or None, instance=student)
    formset = GuardianFormSet(request.POST or None, instance=student or Student(), prefix='guardians')
    if request.method == 'POST':
        if form.is_valid() and extra.is_valid() and formset.is_valid():
            with transaction.atomic():
                form.instance.user_type = 3
                user = form.save()
                obj = user.student
                for name in ('course', 'session', 'roll_no'):
                    setattr(obj, name, extra.cleaned_data[name])
                obj.save()
                formset.instance = obj
                formset.save()
            messages.success(request, 'Student saved')
            return redirect('manage_student')
        messages.error(request, 'Could not save')
    return render(request, 'main_app/student_form.html', {
        'form': form, 'extra': extra, 'formset': formset, 'page_title': title})


@role_required(HOD)
def add_student(request):
    return _student_form(request, None, 'Add Student')


@role_required(HOD)
def edit_student(request, student_id):
    return _student_form(request, get_object_or_404(Student, id=student_id), 'Edit Student')


@role_required(HOD)
def manage_student(request):
    students = Student.objects.select_related('admin', 'course').order_by('admin__last_name', 'id')
    q = request.GET.get('q')
    if q:
        students = students.filter(Q(admin__first_name__icontains=q) | Q(admin__last_name__icontains=q) | Q(roll_no=q))
    course = request.GET.get('course')
    if course:
        students = students.filter(course_id=int(course)) if course.isdigit() else students.none()
    page = Paginator(students, 10).get_page(request.GET.get('page'))
    return render(request, 'main_app/manage_student.html', {'students': page, 'courses': Course.objects.all()})


@role_required(HOD)
@require_POST
def delete_student(request, student_id):
    get_object_or_404(Student, id=student_id).admin.delete()
    messages.success(request, 'Student deleted')
    return redirect('manage_student')


@role_required(HOD)
def view_leaves(request):
    if request.method == 'POST':
        leave = get_object_or_404(Leave, id=request.POST.get('id'))
        status = request.POST.get('status')
        if status not in ('1', '-1'):
            return JsonResponse({'ok': False, 'error': 'status'}, status=400)
        leave.status = int(status)
        leave.save()
        send_mail('Your leave', f'Your leave was {leave.get_status_display().lower()}.', None,
                  [leave.user.email], fail_silently=True)
        return JsonResponse({'ok': True, 'status': leave.get_status_display()})
    return render(request, 'main_app/leaves.html', {'leaves': Leave.objects.select_related('user').order_by('-id')})


@role_required(HOD)
def view_feedback(request):
    if request.method == 'POST':
        item = get_object_or_404(Feedback, id=request.POST.get('id'))
        item.reply = request.POST.get('reply', '')
        item.save()
        return HttpResponse('True')
    return render(request, 'main_app/feedback_hod.html', {'items': Feedback.objects.order_by('-id')})


@role_required(HOD)
def attendance_report(request):
    """Needs date_from and date_to; format=csv downloads it."""
    form = ReportForm(request.GET or None)
    rows = None
    if form.is_valid():
        cd = form.cleaned_data
        qs = AttendanceReport.objects.filter(attendance__date__range=(cd['date_from'], cd['date_to']))
        if cd['course']:
            qs = qs.filter(student__course=cd['course'])
        rows = (qs.values('student__roll_no', 'student__admin__first_name', 'student__admin__last_name')
                .annotate(present=Count('id', filter=Q(status=True)), total=Count('id'))
                .order_by('student__roll_no'))
        if request.GET.get('format') == 'csv':
            response = HttpResponse(content_type='text/csv')
            response['Content-Disposition'] = 'attachment; filename="attendance.csv"'
            writer = csv.writer(response)
            writer.writerow(['Roll', 'Name', 'Present', 'Total'])
            for r in rows:
                writer.writerow([r['student__roll_no'],
                                 r['student__admin__first_name'] + ' ' + r['student__admin__last_name'],
                                 r['present'], r['total']])
            return response
    return render(request, 'main_app/report.html', {'form': form, 'rows': rows})


@role_required(HOD)
def export_students(request):
    response = HttpResponse(content_type='text/csv')
    response['Content-Disposition'] = 'attachment; filename="students.csv"'
    writer = csv.writer(response)
    writer.writerow(['Roll', 'First name', 'Last name', 'Email', 'Course', 'Session'])
    for s in Student.objects.select_related('admin', 'course', 'session'):
        writer.writerow([s.roll_no, s.admin.first_name, s.admin.last_name, s.admin.email, s.course, s.session])
    return response
