import io
from datetime import date

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required, user_passes_test
from django.contrib.auth.models import Group, User
from django.db.models import Sum
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from fpdf import FPDF

from . import forms, models


def home_view(request):
    if request.user.is_authenticated:
        return HttpResponseRedirect('afterlogin')
    return render(request, 'hospital/index.html')


def doctor_signup_view(request):
    userForm = forms.DoctorUserForm()
    doctorForm = forms.DoctorForm()
    mydict = {'userForm': userForm, 'doctorForm': doctorForm}
    if request.method == 'POST':
        userForm = forms.DoctorUserForm(request.POST)
        doctorForm = forms.DoctorForm(request.POST, request.FILES)
        if userForm.is_valid() and doctorForm.is_valid():
            user = userForm.save()
            user.set_password(user.password)
            user.save()
            doctor = doctorForm.save(commit=False)
            doctor.user = user
            doctor.status = False
            doctor.save()
            my_doctor_group = Group.objects.get_or_create(name='DOCTOR')
            my_doctor_group[0].user_set.add(user)
            return HttpResponseRedirect('login')
    return render(request, 'hospital/doctorsignup.html', context=mydict)


def patient_signup_view(request):
    userForm = forms.PatientUserForm()
    patientForm = forms.PatientForm()
    mydict = {'userForm': userForm, 'patientForm': patientForm}
    if request.method == 'POST':
        userForm = forms.PatientUserForm(request.POST)
        patientForm = forms.PatientForm(request.POST, request.FILES)
        if userForm.is_valid() and patientForm.is_valid():
            user = userForm.save()
            user.set_password(user.password)
            user.save()
            patient = patientForm.save(commit=False)
            patient.user = user
            patient.status = False
            patient.assignedDoctorId = request.POST.get('assignedDoctorId')
            patient.save()
            my_patient_group = Group.objects.get_or_create(name='PATIENT')
            my_patient_group[0].user_set.add(user)
            return HttpResponseRedirect('login')
    return render(request, 'hospital/patientsignup.html', context=mydict)


def is_admin(user):
    return user.is_superuser or user.groups.filter(name='ADMIN').exists()


def is_doctor(user):
    return user.groups.filter(name='DOCTOR').exists()


def is_patient(user):
    return user.groups.filter(name='PATIENT').exists()


def logout_view(request):
    logout(request)
    return redirect('/')


@login_required(login_url='login')
def afterlogin_view(request):
    if is_doctor(request.user):
        if models.Doctor.objects.filter(user_id=request.user.id, status=True):
            return redirect('doctor-dashboard')
        return render(request, 'hospital/wait_for_approval.html')
    elif is_patient(request.user):
        if models.Patient.objects.filter(user_id=request.user.id, status=True):
            return redirect('patient-dashboard')
        return render(request, 'hospital/wait_for_approval.html')
    return redirect('admin-dashboard')


# ---------------- ADMIN ----------------
@login_required(login_url='login')
@user_passes_test(is_admin)
def admin_dashboard_view(request):
    doctors = models.Doctor.objects.all().order_by('-id')
    patients = models.Patient.objects.all().order_by('-id')
    mydict = {
        'doctors': doctors,
        'patients': patients,
        'doctorcount': doctors.filter(status=True).count(),
        'pendingdoctorcount': doctors.filter(status=False).count(),
        'appointmentcount': models.Appointment.objects.filter(status=True).count(),
        'revenue': models.PatientDischargeDetails.objects.aggregate(s=Sum('total'))['s'] or 0,
    }
    return render(request, 'hospital/admin_dashboard.html', context=mydict)


@login_required(login_url='login')
@user_passes_test(is_admin)
def admin_doctor_view(request):
    doctors = models.Doctor.objects.all().filter(status=True)
    return render(request, 'hospital/admin_doctor.html', {'doctors': doctors})


@login_required(login_url='login')
@user_passes_test(is_admin)
def admin_approve_doctor_view(request):
    doctors = models.Doctor.objects.all().filter(status=False)
    return render(request, 'hospital/admin_approve_doctor.html', {'doctors': doctors})


@login_required(login_url='login')
@user_passes_test(is_admin)
def approve_doctor_view(request, pk):
    doctor = models.Doctor.objects.get(id=pk)
    doctor.status = True
    doctor.save()
    return redirect('admin-approve-doctor')


@login_required(login_url='login')
@user_passes_test(is_admin)
def reject_doctor_view(request, pk):
    doctor = models.Doctor.objects.get(id=pk)
    user = User.objects.get(id=doctor.user_id)
    user.delete()
    return redirect('admin-approve-doctor')


@login_required(login_url='login')
@user_passes_test(is_admin)
def update_doctor_view(request, pk):
    doctor = models.Doctor.objects.get(id=pk)
    user = User.objects.get(id=doctor.user_id)
    userForm = forms.DoctorUserForm(instance=user)
    doctorForm = forms.DoctorForm(instance=doctor)
    mydict = {'userForm': userForm, 'doctorForm': doctorForm}
    if request.method == 'POST':
        userForm = forms.DoctorUserForm(request.POST, instance=user)
        doctorForm = forms.DoctorForm(request.POST, request.FILES, instance=doctor)
        if userForm.is_valid() and doctorForm.is_valid():
            user = userForm.save()
            user.set_password(user.password)
            user.save()
            doctor = doctorForm.save(commit=False)
            doctor.status = True
            doctor.save()
            return redirect('admin-doctor')
    return render(request, 'hospital/update_doctor.html', context=mydict)


@login_required(login_url='login')
@user_passes_test(is_admin)
def admin_patient_view(request):
    return render(request, 'hospital/admin_patient.html', {'patients': models.Patient.objects.all()})


@login_required(login_url='login')
@user_passes_test(is_admin)
def approve_patient_view(request, pk):
    patient = models.Patient.objects.get(id=pk)
    patient.status = True
    patient.save()
    return redirect('admin-patient')


@login_required(login_url='login')
@user_passes_test(is_admin)
def admin_approve_appointment_view(request):
    appointments = models.Appointment.objects.all().filter(status=False)
    return render(request, 'hospital/admin_approve_appointment.html', {'appointments': appointments})


@login_required(login_url='login')
@user_passes_test(is_admin)
def approve_appointment_view(request, pk):
    appointment = models.Appointment.objects.get(id=pk)
    appointment.status = True
    appointment.save()
    return redirect('admin-approve-appointment')


@login_required(login_url='login')
@user_passes_test(is_admin)
def discharge_patient_view(request, pk):
    patient = models.Patient.objects.get(id=pk)
    days = date.today() - patient.admitDate
    assignedDoctor = User.objects.all().filter(id=patient.assignedDoctorId)
    d = days.days or 1
    patientDict = {
        'patientId': pk,
        'name': patient.get_name,
        'symptoms': patient.symptoms,
        'day': d,
        'assignedDoctorName': assignedDoctor[0].first_name,
    }
    if request.method == 'POST':
        feeDict = {
            'roomCharge': int(request.POST['roomCharge']) * int(d),
            'doctorFee': request.POST['doctorFee'],
            'medicineCost': request.POST['medicineCost'],
            'OtherCharge': request.POST['OtherCharge'],
            'total': (int(request.POST['roomCharge']) * int(d)) + int(request.POST['doctorFee'])
            + int(request.POST['medicineCost']) + int(request.POST['OtherCharge']),
        }
        patientDict.update(feeDict)
        pDD = models.PatientDischargeDetails()
        pDD.patientId = pk
        pDD.patientName = patient.get_name
        pDD.assignedDoctorName = assignedDoctor[0].first_name
        pDD.releaseDate = date.today()
        pDD.daySpent = int(d)
        pDD.medicineCost = int(request.POST['medicineCost'])
        pDD.roomCharge = int(request.POST['roomCharge']) * int(d)
        pDD.doctorFee = int(request.POST['doctorFee'])
        pDD.OtherCharge = int(request.POST['OtherCharge'])
        pDD.total = feeDict['total']
        pDD.save()
        return render(request, 'hospital/patient_final_bill.html', context=patientDict)
    return render(request, 'hospital/patient_generate_bill.html', context=patientDict)


@login_required(login_url='login')
def download_bill_view(request, pk):
    dd = models.PatientDischargeDetails.objects.all().filter(patientId=pk).order_by('-id')[:1]
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font('Helvetica', size=12)
    for label, value in (('Patient', dd[0].patientName), ('Doctor', dd[0].assignedDoctorName),
                         ('Room', dd[0].roomCharge), ('Total', dd[0].total)):
        pdf.cell(0, 10, '%s: %s' % (label, value), new_x='LMARGIN', new_y='NEXT')
    return HttpResponse(io.BytesIO(bytes(pdf.output())), content_type='application/pdf')


# ---------------- DOCTOR ----------------
@login_required(login_url='login')
@user_passes_test(is_doctor)
def doctor_dashboard_view(request):
    patients = models.Patient.objects.all().filter(status=True, assignedDoctorId=request.user.id)
    appointments = models.Appointment.objects.all().filter(status=True, doctorId=request.user.id)
    doctor = models.Doctor.objects.get(user_id=request.user.id)
    return render(request, 'hospital/doctor_dashboard.html',
                  {'patients': patients, 'appointments': appointments, 'doctor': doctor})


@login_required(login_url='login')
@user_passes_test(is_doctor)
def doctor_appointment_view(request):
    appointments = models.Appointment.objects.all().filter(status=True, doctorId=request.user.id)
    return render(request, 'hospital/doctor_appointment.html', {'appointments': appointments})


@login_required(login_url='login')
@user_passes_test(is_doctor)
def doctor_slots_view(request):
    doctor = models.Doctor.objects.get(user_id=request.user.id)
    form = forms.SlotForm()
    if request.method == 'POST':
        form = forms.SlotForm(request.POST)
        if form.is_valid():
            if form.cleaned_data['date'] < date.today():
                messages.error(request, 'Date is in the past')
                return redirect('doctor-slots')
            if models.Slot.objects.filter(doctor=doctor, **form.cleaned_data).exists():
                messages.error(request, 'You have this slot already')
                return redirect('doctor-slots')
            slot = form.save(commit=False)
            slot.doctor = doctor
            slot.save()
            messages.success(request, 'Slot added')
            return redirect('doctor-slots')
    return render(request, 'hospital/doctor_slots.html',
                  {'form': form, 'slots': models.Slot.objects.filter(doctor=doctor)})


@login_required(login_url='login')
@user_passes_test(is_doctor)
def delete_appointment_view(request, pk):
    appointment = models.Appointment.objects.get(id=pk, doctorId=request.user.id)
    if appointment.slot:
        appointment.slot.is_booked = False
        appointment.slot.save()
    appointment.delete()
    return redirect('doctor-appointment')


# ---------------- PATIENT ----------------
@login_required(login_url='login')
@user_passes_test(is_patient)
def patient_dashboard_view(request):
    patient = models.Patient.objects.get(user_id=request.user.id)
    doctor = models.Doctor.objects.get(user_id=patient.assignedDoctorId)
    return render(request, 'hospital/patient_dashboard.html', {'patient': patient, 'doctor': doctor})


@login_required(login_url='login')
@user_passes_test(is_patient)
def patient_book_appointment_view(request):
    form = forms.PatientAppointmentForm()
    patient = models.Patient.objects.get(user_id=request.user.id)
    if request.method == 'POST':
        form = forms.PatientAppointmentForm(request.POST)
        if form.is_valid():
            doctor = models.Doctor.objects.get(user_id=request.POST.get('doctorId'))
            slot = models.Slot.objects.filter(id=request.POST.get('slot'), doctor=doctor, is_booked=False).first()
            if slot is None:
                messages.warning(request, 'This slot is not available')
                return redirect('patient-book-appointment')
            appointment = form.save(commit=False)
            appointment.doctorId = request.POST.get('doctorId')
            appointment.patientId = request.user.id
            appointment.doctorName = doctor.user.first_name
            appointment.patientName = request.user.first_name
            appointment.slot = slot
            appointment.status = False
            appointment.save()
            slot.is_booked = True
            slot.save()
            messages.success(request, 'Booked')
            return HttpResponseRedirect('patient-dashboard')
    return render(request, 'hospital/patient_book_appointment.html', {'form': form, 'patient': patient})


@login_required(login_url='login')
def load_slots(request):
    doctor_id = request.GET.get('doctor')
    slots = models.Slot.objects.filter(doctor__user_id=doctor_id, is_booked=False)
    return render(request, 'hospital/slot_options.html', {'slots': slots})


@login_required(login_url='login')
@user_passes_test(is_patient)
def patient_discharge_view(request):
    patient = models.Patient.objects.get(user_id=request.user.id)
    details = models.PatientDischargeDetails.objects.all().filter(patientId=patient.id).order_by('-id')[:1]
    context = {'is_discharged': bool(details), 'patient': patient}
    if details:
        context['bill'] = details[0]
    return render(request, 'hospital/patient_discharge.html', context)
