import datetime
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand
from hospital.models import Appointment, Doctor, Patient, PatientDischargeDetails, Slot


class Command(BaseCommand):
    def handle(self, *args, **options):
        User.objects.create_superuser('admin', 'admin@hospital.local', 'admin')
        dg, _ = Group.objects.get_or_create(name='DOCTOR')
        pg, _ = Group.objects.get_or_create(name='PATIENT')
        doctors = []
        for i, (name, ok) in enumerate([('Meera', True), ('John', True), ('Ravi', False)]):
            u = User.objects.create_user('doc%d' % i, password='doc12345', first_name=name, last_name='Rao')
            dg.user_set.add(u)
            doctors.append(Doctor.objects.create(user=u, address='Street %d' % i, mobile='98450000%02d' % i, status=ok))
        patients = []
        for i, (name, ok) in enumerate([('Asha', True), ('Tom', True), ('Lee', False)]):
            u = User.objects.create_user('pat%d' % i, password='pat12345', first_name=name, last_name='K')
            pg.user_set.add(u)
            patients.append(Patient.objects.create(user=u, address='Road %d' % i, mobile='98460000%02d' % i,
                                                   symptoms='fever', assignedDoctorId=doctors[i % 2].user_id,
                                                   status=ok))
        today = datetime.date.today()
        for d in doctors[:2]:
            for hour in (9, 10, 11):
                Slot.objects.create(doctor=d, date=today + datetime.timedelta(days=3), start=datetime.time(hour))
        slot = Slot.objects.first()
        slot.is_booked = True
        slot.save()
        Appointment.objects.create(patientId=patients[0].user_id, doctorId=doctors[0].user_id, patientName='Asha',
                                   doctorName='Meera', slot=slot, description='Checkup', status=True)
        Appointment.objects.create(patientId=patients[1].user_id, doctorId=doctors[1].user_id, patientName='Tom',
                                   doctorName='John', description='Rash', status=False)
        PatientDischargeDetails.objects.create(patientId=patients[1].id, patientName='Tom', assignedDoctorName='John',
                                               releaseDate=today, daySpent=2, roomCharge=200, medicineCost=50,
                                               doctorFee=100, OtherCharge=10, total=360)
