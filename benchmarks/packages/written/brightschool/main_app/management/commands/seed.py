import datetime

from django.core.management.base import BaseCommand

from main_app.models import (Attendance, AttendanceReport, Course, CustomUser, Feedback, Guardian, Leave, Session,
                             StudentResult, Subject)

TEACHERS = [('Farah', 'Iqbal'), ('Daniel', 'Mensah'), ('Lucia', 'Romero')]
PUPILS = [('Arjun', 'Patel'), ('Beatrix', 'Novak'), ('Chen', 'Li'), ('Dina', 'Haddad'), ('Emeka', 'Obi'),
          ('Freya', 'Olsen'), ('Gita', 'Rao'), ('Hugo', 'Martin'), ('Ines', 'Costa'), ('Jamal', 'Khan'),
          ('Kira', 'Sato'), ('Leo', 'Weber')]


def person(first, last, user_type, password, complete=True):
    return CustomUser.objects.create_user(
        username=first.lower(), email=f'{first.lower()}@bright.school', password=password, first_name=first,
        last_name=last, user_type=user_type, gender='O', phone='5550100200' if complete else '',
        address='12 School Lane' if complete else '')


class Command(BaseCommand):
    def handle(self, *args, **options):
        boss = person('Principal', 'Okafor', 1, 'bright-hod-1')
        boss.is_staff = boss.is_superuser = True
        boss.save()
        session = Session.objects.create(start_year=datetime.date(2024, 8, 1), end_year=datetime.date(2025, 6, 30))
        courses = [Course.objects.create(name=n) for n in ('Science', 'Commerce', 'Arts')]
        subjects = []
        for (first, last), course, names in zip(TEACHERS, courses, (('Physics', 'Biology'), ('Accounting', 'Economics'),
                                                                    ('Music', 'History'))):
            user = person(first, last, 2, 'bright-staff-1')
            user.staff.course = course
            user.staff.joined = datetime.date(2020, 9, 1)
            user.staff.save()
            subjects += [Subject.objects.create(name=n, course=course, staff=user.staff) for n in names]
        for i, (first, last) in enumerate(PUPILS):
            user = person(first, last, 3, 'bright-student-1', complete=i != 11)
            student = user.student
            student.course = courses[i % 3]
            student.session = session
            student.roll_no = f'B{100 + i}'
            student.save()
            Guardian.objects.create(student=student, name=f'Parent of {first}', relation='parent', phone='5550111')
            for subject in subjects:
                if subject.course_id != student.course_id:
                    continue
                StudentResult.objects.create(student=student, subject=subject, test=20 + i, exam=30 + i)
                for day in (2, 3, 4):
                    att, _ = Attendance.objects.get_or_create(session=session, subject=subject,
                                                              date=datetime.date(2024, 9, day))
                    AttendanceReport.objects.create(student=student, attendance=att, status=(i + day) % 4 != 0)
        farah = CustomUser.objects.get(username='farah')
        Leave.objects.create(user=farah, from_date='2024-10-01', to_date='2024-10-03', reason='Wedding')
        Leave.objects.create(user=CustomUser.objects.get(username='arjun'), from_date='2024-10-07',
                             to_date='2024-10-07', reason='Dentist')
        Feedback.objects.create(user=farah, feedback='The projector in room 4 is broken.')
        self.stdout.write('Seeded')
