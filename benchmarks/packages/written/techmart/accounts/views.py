import random

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.shortcuts import redirect, render

from .models import Profile


def send_otp(user, profile):
    otp = str(random.randint(100000, 999999))
    profile.otp = otp
    profile.save()
    send_mail('Your TechMart OTP', f'Your OTP is {otp}', settings.DEFAULT_FROM_EMAIL, [user.email])


def register(request):
    if request.method == 'POST':
        username = request.POST['username']
        email = request.POST['email']
        mobile = request.POST['mobile']
        pass1 = request.POST['password1']
        pass2 = request.POST['password2']
        if User.objects.filter(username=username).exists():
            messages.info(request, 'Username already taken')
            return redirect('register')
        if User.objects.filter(email=email).exists():
            messages.info(request, 'Email already registered')
            return redirect('register')
        if len(mobile) != 10 or not mobile.isdigit():
            messages.info(request, 'Enter a 10 digit mobile number')
            return redirect('register')
        if pass1 != pass2:
            messages.info(request, 'Passwords do not match')
            return redirect('register')
        user = User.objects.create_user(username=username, email=email, password=pass1)
        user.is_active = False
        user.save()
        profile = Profile.objects.create(user=user, mobile=mobile)
        send_otp(user, profile)
        request.session['otp_user'] = user.id
        return redirect('verify_otp')
    return render(request, 'accounts/register.html')


def verify_otp(request):
    if 'otp_user' not in request.session:
        return redirect('register')
    if request.method == 'POST':
        otp = request.POST['otp']
        profile = Profile.objects.get(user_id=request.session['otp_user'])
        if profile.otp == otp:
            profile.is_verified = True
            profile.otp = ''
            profile.save()
            profile.user.is_active = True
            profile.user.save()
            del request.session['otp_user']
            messages.success(request, 'Account verified, please login')
            return redirect('login')
        messages.info(request, 'Invalid OTP')
        return redirect('verify_otp')
    return render(request, 'accounts/verify_otp.html')


def resend_otp(request):
    if 'otp_user' not in request.session:
        return redirect('register')
    profile = Profile.objects.get(user_id=request.session['otp_user'])
    send_otp(profile.user, profile)
    messages.info(request, 'A new OTP was sent')
    return redirect('verify_otp')


def user_login(request):
    if request.user.is_authenticated:
        return redirect('home')
    if request.method == 'POST':
        user = authenticate(request, username=request.POST['username'], password=request.POST['password'])
        if user is not None:
            login(request, user)
            return redirect('home')
        messages.info(request, 'Invalid credentials')
        return redirect('login')
    return render(request, 'accounts/login.html')


def user_logout(request):
    logout(request)
    return redirect('home')


@login_required(login_url='login')
def profile(request):
    profile, _ = Profile.objects.get_or_create(user=request.user)
    if request.method == 'POST':
        request.user.first_name = request.POST['first_name']
        request.user.last_name = request.POST['last_name']
        request.user.save()
        profile.mobile = request.POST['mobile']
        profile.save()
        messages.success(request, 'Profile updated')
        return redirect('profile')
    return render(request, 'accounts/profile.html', {'profile': profile})


@login_required(login_url='login')
def change_password(request):
    if request.method == 'POST':
        current = request.POST['current_pass']
        new = request.POST['new_pass']
        confirm = request.POST['confirm_pass']
        if not request.user.check_password(current):
            messages.error(request, 'Current password is wrong')
            return redirect('change_password')
        if new != confirm:
            messages.error(request, 'Passwords do not match')
            return redirect('change_password')
        request.user.set_password(new)
        request.user.save()
        update_session_auth_hash(request, request.user)
        messages.success(request, 'Password changed')
        return redirect('profile')
    return render(request, 'accounts/change_password.html')
