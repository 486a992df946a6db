from django.shortcuts import render, redirect, get_object_or_404
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import JsonResponse
from inbox.models import Notification
from .forms import UserRegisterForm, UserUpdateForm, ProfileUpdateForm


def register(request):
    if request.method == 'POST':
        form = UserRegisterForm(request.POST)
        if form.is_valid():
            form.save()
            username = form.cleaned_data.get('username')
            messages.success(request, f'Account created for {username}! You can log in now.')
            return redirect('login')
    else:
        form = UserRegisterForm()
    return render(request, 'users/register.html', {'form': form})


@login_required
def edit_profile(request):
    if request.method == 'POST':
        u_form = UserUpdateForm(request.POST, instance=request.user)
        p_form = ProfileUpdateForm(request.POST, request.FILES, instance=request.user.profile)
        if u_form.is_valid() and p_form.is_valid():
            u_form.save()
            p_form.save()
            messages.success(request, 'Your account has been updated!')
            return redirect('profile', username=request.user.username)
    else:
        u_form = UserUpdateForm(instance=request.user)
        p_form = ProfileUpdateForm(instance=request.user.profile)
    return render(request, 'users/edit.html', {'u_form': u_form, 'p_form': p_form})


def profile(request, username):
    person = get_object_or_404(User, username=username)
    is_following = False
    if request.user.is_authenticated:
        is_following = request.user.profile.following.filter(id=person.profile.id).exists()
    hidden = person.profile.is_private and not is_following and person != request.user
    posts = person.posts.none() if hidden else person.posts.all()
    page = Paginator(posts, 9).get_page(request.GET.get('page'))
    return render(request, 'users/profile.html', {
        'person': person, 'posts': page, 'is_following': is_following, 'hidden': hidden})


@login_required
def follow(request, username):
    if request.method != 'POST':
        return JsonResponse({'error': 'POST only'}, status=405)
    person = get_object_or_404(User, username=username)
    if person == request.user:
        return JsonResponse({'error': 'You cannot follow yourself'}, status=400)
    me = request.user.profile
    if me.following.filter(id=person.profile.id).exists():
        me.following.remove(person.profile)
        following = False
    else:
        me.following.add(person.profile)
        following = True
        Notification.objects.create(to_user=person, from_user=request.user, kind='follow')
    return JsonResponse({'following': following, 'followers': person.profile.followers.count()})


def followers(request, username):
    person = get_object_or_404(User, username=username)
    return render(request, 'users/people.html', {'title': 'Followers', 'people': person.profile.followers.all()})


def following(request, username):
    person = get_object_or_404(User, username=username)
    return render(request, 'users/people.html', {'title': 'Following', 'people': person.profile.following.all()})


@login_required
def delete_account(request):
    if request.method == 'POST':
        if request.POST.get('confirm') == request.user.username:
            user = request.user
            logout(request)
            user.delete()
            messages.info(request, 'Bye bye!')
            return redirect('login')
        messages.error(request, 'Type your username to confirm.')
    return render(request, 'users/delete.html')
