import json

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView

from .forms import CommentForm, PostForm, ProfileForm, SignUpForm
from .models import Comment, FriendRequest, Message, Notification, Post, Profile


def notify(user, actor, verb):
    if user != actor:
        Notification.objects.create(user=user, actor=actor, verb=verb)


class SignUpView(CreateView):
    form_class = SignUpForm
    template_name = 'social/signup.html'
    success_url = reverse_lazy('feed')

    def form_valid(self, form):
        response = super().form_valid(form)
        login(self.request, self.object)
        return response


class FeedView(LoginRequiredMixin, ListView):
    template_name = 'social/feed.html'
    context_object_name = 'posts'
    paginate_by = 10

    def get_queryset(self):
        followed = self.request.user.following.values_list('user', flat=True)
        return Post.objects.filter(Q(author__in=followed) | Q(author=self.request.user)).select_related('author')


def explore(request):
    posts = Post.objects.annotate(n=Count('likes')).order_by('-n', '-created')[:30]
    template = 'social/partials/posts.html' if request.htmx else 'social/explore.html'
    return render(request, template, {'posts': posts})


@login_required
def search_people(request):
    q = request.GET.get('q', '')
    people = User.objects.filter(username__icontains=q).exclude(pk=request.user.pk)[:10] if q else []
    return render(request, 'social/partials/people.html', {'people': people})


class PostCreate(LoginRequiredMixin, CreateView):
    model = Post
    form_class = PostForm
    template_name = 'social/post_form.html'

    def form_valid(self, form):
        form.instance.author = self.request.user
        return super().form_valid(form)


class PostDetail(DetailView):
    model = Post
    template_name = 'social/post_detail.html'

    def get_context_data(self, **kwargs):
        return super().get_context_data(comment_form=CommentForm(), **kwargs)


class OwnPostMixin(LoginRequiredMixin, UserPassesTestMixin):
    model = Post

    def test_func(self):
        return self.get_object().author == self.request.user


class PostUpdate(OwnPostMixin, UpdateView):
    form_class = PostForm
    template_name = 'social/post_form.html'


class PostDelete(OwnPostMixin, DeleteView):
    template_name = 'social/confirm_delete.html'
    success_url = reverse_lazy('feed')


@login_required
@require_POST
def like_post(request, pk):
    post = get_object_or_404(Post, pk=pk)
    if post.likes.filter(pk=request.user.pk).exists():
        post.likes.remove(request.user)
    else:
        post.likes.add(request.user)
        notify(post.author, request.user, 'liked your post')
    return render(request, 'social/partials/like.html', {'post': post})


@require_POST
def save_post(request, pk):
    if not request.user.is_authenticated:
        return JsonResponse({'status': 'error', 'message': 'Please sign in'})
    data = json.loads(request.body)
    post = get_object_or_404(Post, pk=pk)
    if data.get('action') == 'save':
        post.saved_by.add(request.user)
    elif data.get('action') == 'unsave':
        post.saved_by.remove(request.user)
    else:
        return JsonResponse({'status': 'error', 'message': 'Unknown action'})
    return JsonResponse({'status': 'success', 'saved': post.saved_by.count()})


@login_required
@require_POST
def add_comment(request, pk):
    post = get_object_or_404(Post, pk=pk)
    form = CommentForm(request.POST)
    if form.is_valid():
        comment = form.save(commit=False)
        comment.post = post
        comment.author = request.user
        comment.save()
        notify(post.author, request.user, 'commented')
        return render(request, 'social/partials/comment.html', {'comment': comment})
    return HttpResponse(form.errors.as_text(), status=422)


@login_required
@require_http_methods(['DELETE'])
def delete_comment(request, pk):
    comment = get_object_or_404(Comment, pk=pk)
    if request.user not in (comment.author, comment.post.author):
        return HttpResponseForbidden()
    comment.delete()
    return HttpResponse('')


class ProfileView(DetailView):
    model = User
    slug_field = 'username'
    slug_url_kwarg = 'username'
    template_name = 'social/profile.html'
    context_object_name = 'person'


@login_required
def follow(request, username):
    person = get_object_or_404(User, username=username)
    if person == request.user:
        messages.warning(request, 'You can not follow yourself')
        return redirect('profile', username=username)
    if request.method == 'POST':
        if person.profile.followers.filter(pk=request.user.pk).exists():
            person.profile.followers.remove(request.user)
        else:
            person.profile.followers.add(request.user)
            notify(person, request.user, 'follows you')
    return redirect('profile', username=username)


class ProfileUpdate(LoginRequiredMixin, UpdateView):
    form_class = ProfileForm
    template_name = 'social/profile_form.html'

    def get_object(self, queryset=None):
        return self.request.user.profile

    def get_success_url(self):
        return reverse('profile', kwargs={'username': self.request.user.username})


@login_required
def friends(request):
    return render(request, 'social/friends.html', {
        'friends': request.user.profile.friends.all(),
        'requests': request.user.received_requests.select_related('from_user'),
        'people': User.objects.exclude(pk=request.user.pk),
    })


@login_required
@require_POST
def send_request(request):
    user_id = request.POST.get('user_id')
    if not user_id:
        return JsonResponse({'status': 'error', 'message': 'user_id missing'})
    person = get_object_or_404(User, pk=user_id)
    if person == request.user:
        return JsonResponse({'status': 'error', 'message': 'That is you'})
    if request.user.profile.friends.filter(user=person).exists():
        return JsonResponse({'status': 'error', 'message': 'You are friends already'})
    obj, created = FriendRequest.objects.get_or_create(from_user=request.user, to_user=person)
    if not created:
        return JsonResponse({'status': 'error', 'message': 'Request already sent'})
    return JsonResponse({'status': 'success', 'id': obj.pk})


@login_required
@require_POST
def accept_request(request, request_id):
    friend_request = get_object_or_404(FriendRequest, id=request_id)
    if friend_request.to_user != request.user:
        return HttpResponse('request not for you', status=403)
    request.user.profile.friends.add(friend_request.from_user.profile)
    friend_request.delete()
    messages.success(request, 'You are friends now')
    return redirect('friends')


@login_required
@require_POST
def decline_request(request, request_id):
    friend_request = get_object_or_404(FriendRequest, id=request_id, to_user=request.user)
    friend_request.delete()
    return redirect('friends')


@login_required
def inbox(request):
    people = User.objects.filter(Q(outbox__recipient=request.user) | Q(inbox__sender=request.user)).distinct()
    return render(request, 'social/inbox.html', {'people': people})


@login_required
def conversation(request, username):
    person = get_object_or_404(User, username=username)
    if request.method == 'POST':
        text = request.POST.get('text', '').strip()
        if text:
            Message.objects.create(sender=request.user, recipient=person, text=text)
        return redirect('conversation', username=username)
    thread = Message.objects.filter(
        Q(sender=request.user, recipient=person) | Q(sender=person, recipient=request.user)).order_by('sent')
    thread.filter(recipient=request.user, read=False).update(read=True)
    return render(request, 'social/conversation.html', {'person': person, 'thread': thread})


@login_required
def notifications(request):
    return render(request, 'social/notifications.html', {'items': request.user.notifications.order_by('-id')[:50]})


@login_required
@require_POST
def mark_read(request):
    ids = request.POST.getlist('ids[]')
    count = request.user.notifications.filter(id__in=ids).update(seen=True)
    return JsonResponse({'status': 'success', 'updated': count})
