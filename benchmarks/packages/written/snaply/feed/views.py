import json
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.contrib.auth.models import User
from django.core.paginator import Paginator, EmptyPage
from django.db.models import Count, Q
from django.http import JsonResponse, HttpResponseForbidden
from django.shortcuts import render, get_object_or_404, redirect
from django.views.decorators.http import require_POST
from django.views.generic import CreateView, UpdateView, DeleteView, ListView
from inbox.models import Notification
from .forms import PostForm, CommentForm
from .models import Post, Comment, Hashtag


@login_required
def feed(request):
    people = request.user.profile.following.values_list('user_id', flat=True)
    posts = Post.objects.filter(Q(author__in=people) | Q(author=request.user)).select_related('author')
    page = Paginator(posts, 5).get_page(request.GET.get('page'))
    suggestions = User.objects.exclude(id__in=people).exclude(id=request.user.id).order_by('?')[:5]
    return render(request, 'feed/feed.html', {'posts': page, 'suggestions': suggestions})


def explore(request):
    posts = Post.objects.filter(author__profile__is_private=False).annotate(n=Count('likes')).order_by('-n', '-id')
    paginator = Paginator(posts, 12)
    page_number = request.GET.get('page', 1)
    if request.headers.get('x-requested-with') == 'XMLHttpRequest':
        try:
            page = paginator.page(int(page_number))
        except (EmptyPage, ValueError):
            return JsonResponse({'posts': [], 'has_next': False})
        return JsonResponse({
            'posts': [{'id': p.id, 'image': p.image.url, 'likes': p.n, 'url': p.get_absolute_url()} for p in page],
            'has_next': page.has_next(),
        })
    return render(request, 'feed/explore.html', {'posts': paginator.get_page(page_number)})


def search(request):
    q = request.GET.get('q', '')
    users = tags = []
    if q.startswith('#'):
        tags = Hashtag.objects.filter(name__startswith=q[1:].lower())
    elif q:
        users = User.objects.filter(username__icontains=q)
    return render(request, 'feed/search.html', {'q': q, 'users': users, 'tags': tags})


class TagView(ListView):
    template_name = 'feed/tag.html'
    context_object_name = 'posts'
    paginate_by = 9

    def get_queryset(self):
        self.tag = get_object_or_404(Hashtag, name=self.kwargs['name'])
        return self.tag.posts.all()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context['tag'] = self.tag
        return context


class PostCreateView(LoginRequiredMixin, CreateView):
    model = Post
    form_class = PostForm

    def form_valid(self, form):
        form.instance.author = self.request.user
        response = super().form_valid(form)
        self.object.update_tags()
        return response


class PostUpdateView(LoginRequiredMixin, UserPassesTestMixin, UpdateView):
    model = Post
    fields = ['caption', 'location', 'comments_off']

    def form_valid(self, form):
        response = super().form_valid(form)
        self.object.update_tags()
        return response

    def test_func(self):
        return self.request.user == self.get_object().author


class PostDeleteView(LoginRequiredMixin, UserPassesTestMixin, DeleteView):
    model = Post
    success_url = '/'

    def test_func(self):
        return self.request.user == self.get_object().author


def post_detail(request, pk):
    post = get_object_or_404(Post, pk=pk)
    if request.method == 'POST':
        if not request.user.is_authenticated:
            return redirect('login')
        if post.comments_off:
            return HttpResponseForbidden('Comments are off')
        form = CommentForm(request.POST)
        if form.is_valid():
            comment = form.save(commit=False)
            comment.post = post
            comment.author = request.user
            comment.save()
            if post.author != request.user:
                Notification.objects.create(to_user=post.author, from_user=request.user, kind='comment', post=post)
            return redirect('post_detail', pk=pk)
    else:
        form = CommentForm()
    return render(request, 'feed/post_detail.html', {'post': post, 'form': form})


@login_required
def delete_comment(request, pk):
    comment = get_object_or_404(Comment, pk=pk)
    if request.user not in (comment.author, comment.post.author):
        messages.error(request, 'That is not your comment')
        return redirect('post_detail', pk=comment.post.pk)
    if request.method == 'POST':
        comment.delete()
    return redirect('post_detail', pk=comment.post.pk)


@login_required
@require_POST
def like(request):
    try:
        data = json.loads(request.body)
        post = get_object_or_404(Post, pk=data['post_id'])
    except (ValueError, KeyError, TypeError):
        return JsonResponse({'error': 'bad request'}, status=400)
    if request.user in post.likes.all():
        post.likes.remove(request.user)
        liked = False
    else:
        post.likes.add(request.user)
        liked = True
        if post.author != request.user:
            Notification.objects.create(to_user=post.author, from_user=request.user, kind='like', post=post)
    return JsonResponse({'liked': liked, 'count': post.likes.count()})


@login_required
@require_POST
def bookmark(request, pk):
    post = get_object_or_404(Post, pk=pk)
    if request.user in post.bookmarks.all():
        post.bookmarks.remove(request.user)
        return JsonResponse({'bookmarked': False})
    post.bookmarks.add(request.user)
    return JsonResponse({'bookmarked': True})


@login_required
def bookmarks(request):
    return render(request, 'feed/bookmarks.html', {'posts': request.user.bookmarks.all()})
