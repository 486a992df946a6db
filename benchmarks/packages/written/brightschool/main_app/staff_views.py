import json

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from .decorators import STAFF, STUDENT, ajax_login_required, role_required
from .forms import ResultForm
from .models import Attendance, AttendanceReport, Session, Staff, Student, StudentResult, Subject


@role_required(STAFF)
def take_attendance(request):
    return render(request, 'main_app/take_attendance.html', {
        'subjects': Subject.objects.filter(staff=request.user.staff), 'sessions': Session.objects.all()})


@role_required(STAFF)
@require_POST
def get_students(request):
    subject = get_object_or_404(Subject, id=request.POST.get('subject'), staff=request.user.staff)
    session = get_object_or_404(Session, id=request.POST.get('session'))
    students = Student.objects.filter(course=subject.course, session=session).select_related('admin')
    return JsonResponse([{'id': s.id, 'name': str(s)} for s in students], safe=False)


@role_required(STAFF)
@require_POST
def save_attendance(request):
    """student_ids is a JSON string: [{"id": 1, "status": 1}, ...]"""
    date = parse_date(request.POST.get('date', ''))
    try:
        students = json.loads(request.POST.get('student_ids', ''))
        marks = {int(s['id']): bool(int(s['status'])) for s in students}
    except (ValueError, KeyError, TypeError):
        return HttpResponse('Bad student_ids', status=400)
    if date is None:
        return HttpResponse('Bad date', status=400)
    subject = get_object_or_404(Subject, id=request.POST.get('subject'), staff=request.user.staff)
    session = get_object_or_404(Session, id=request.POST.get('session'))
    known = Student.objects.filter(id__in=marks, course=subject.course)
    with transaction.atomic():
        attendance, _ = Attendance.objects.get_or_create(session=session, subject=subject, date=date)
        for student in known:
            AttendanceReport.objects.update_or_create(
                student=student, attendance=attendance, defaults={'status': marks[student.id]})
    return HttpResponse('OK')


@role_required(STAFF)
def attendance_history(request, subject_id):
    subject = get_object_or_404(Subject, id=subject_id, staff=request.user.staff)
    return render(request, 'main_app/attendance_history.html', {
        'subject': subject, 'days': Attendance.objects.filter(subject=subject).order_by('-date')})


@role_required(STAFF)
def attendance_day(request, attendance_id):
    day = get_object_or_404(Attendance, id=attendance_id, subject__staff=request.user.staff)
    reports = day.attendancereport_set.select_related('student__admin')
    if request.method == 'POST':
        present = set(request.POST.getlist('present'))
        for report in reports:
            report.status = str(report.id) in present
            report.save()
        messages.success(request, 'Attendance updated')
        return redirect('attendance_history', subject_id=day.subject_id)
    return render(request, 'main_app/attendance_day.html', {'day': day, 'reports': reports})


@role_required(STAFF)
def add_result(request):
    form = ResultForm(request.POST or None, staff=request.user.staff)
    if request.method == 'POST':
        if form.is_valid():
            cd = form.cleaned_data
            _, created = StudentResult.objects.update_or_create(
                student=cd['student'], subject=cd['subject'], defaults={'test': cd['test'], 'exam': cd['exam']})
            messages.success(request, 'Scores saved' if created else 'Scores updated')
            return redirect('add_result')
        messages.warning(request, 'Error in the form')
    return render(request, 'main_app/result_form.html', {'form': form})


@role_required(STUDENT)
def my_attendance(request):
    if request.method == 'POST':
        start, end = parse_date(request.POST.get('start_date', '')), parse_date(request.POST.get('end_date', ''))
        if not start or not end:
            return JsonResponse({'error': 'start_date and end_date are required'}, status=400)
        reports = AttendanceReport.objects.filter(
            student=request.user.student, attendance__subject_id=request.POST.get('subject') or None,
            attendance__date__range=(start, end)).select_related('attendance')
        return JsonResponse([{'date': r.attendance.date, 'status': r.status} for r in reports], safe=False)
    return render(request, 'main_app/my_attendance.html', {
        'subjects': Subject.objects.filter(course=request.user.student.course)})


@role_required(STUDENT)
def my_results(request):
    return render(request, 'main_app/my_results.html', {
        'results': StudentResult.objects.filter(student=request.user.student).select_related('subject')})


@ajax_login_required
@require_GET
def ajax_subjects(request):
    """Dependent select: subjects of a course."""
    course = request.GET.get('course_id', '')
    if not course.isdigit():
        return JsonResponse({'error': 'course_id missing'}, status=400)
    return JsonResponse({'subjects': list(Subject.objects.filter(course_id=course).values('id', 'name'))})


@ajax_login_required
@require_GET
def ajax_staff(request):
    course = request.GET.get('course_id', '')
    if not course.isdigit():
        return JsonResponse({'error': 'course_id missing'}, status=400)
    return JsonResponse({'staff': [{'id': s.id, 'name': str(s)} for s in Staff.objects.filter(course_id=course)]})


@require_GET
def check_email(request):
    from .models import CustomUser
    taken = CustomUser.objects.filter(email__iexact=request.GET.get('email', '')).exists()
    return HttpResponse('True' if taken else 'False')
