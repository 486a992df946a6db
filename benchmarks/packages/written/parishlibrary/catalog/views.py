import csv
import datetime

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.contrib.messages.views import SuccessMessageMixin
from django.db.models import Count, Q, RestrictedError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views import generic
from django.views.decorators.http import require_POST

from .forms import AuthorForm, CopyForm, LendForm, RenewBookForm, SignUpForm
from .models import Author, Book, BookInstance, Genre


def index(request):
    """View function for home page of site."""
    num_visits = request.session.get('num_visits', 0)
    num_visits += 1
    request.session['num_visits'] = num_visits
    context = {
        'num_books': Book.objects.count(),
        'num_instances': BookInstance.objects.count(),
        'num_instances_available': BookInstance.objects.filter(status__exact='a').count(),
        'num_authors': Author.objects.count(),
        'num_visits': num_visits,
    }
    return render(request, 'index.html', context=context)


def signup(request):
    if request.user.is_authenticated:
        return redirect('index')
    form = SignUpForm(request.POST or None)
    if request.method == 'POST' and form.is_valid():
        user = form.save()
        login(request, user)
        messages.success(request, f'Welcome, {user.username}!')
        return redirect('index')
    return render(request, 'registration/signup.html', {'form': form})


class BookListView(generic.ListView):
    model = Book
    paginate_by = 10

    def get_queryset(self):
        qs = super().get_queryset().select_related('author')
        q = self.request.GET.get('q', '').strip()
        if q:
            qs = qs.filter(Q(title__icontains=q) | Q(author__last_name__icontains=q) | Q(isbn=q))
        genre = self.request.GET.get('genre')
        if genre and genre.isdigit():
            qs = qs.filter(genre__id=genre)
        return qs.distinct()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context['genres'] = Genre.objects.all()
        context['q'] = self.request.GET.get('q', '')
        return context


class BookDetailView(generic.DetailView):
    model = Book


class AuthorListView(generic.ListView):
    model = Author
    paginate_by = 10


class AuthorDetailView(generic.DetailView):
    model = Author


class GenreListView(generic.ListView):
    model = Genre


class GenreDetailView(generic.DetailView):
    model = Genre


class LoanedBooksByUserListView(LoginRequiredMixin, generic.ListView):
    model = BookInstance
    template_name = 'catalog/bookinstance_list_borrowed_user.html'
    paginate_by = 10

    def get_queryset(self):
        return (BookInstance.objects.filter(borrower=self.request.user)
                .filter(status__exact='o').order_by('due_back'))


class LoanedBooksAllListView(PermissionRequiredMixin, generic.ListView):
    model = BookInstance
    permission_required = 'catalog.can_mark_returned'
    template_name = 'catalog/bookinstance_list_borrowed_all.html'
    paginate_by = 10

    def get_queryset(self):
        return BookInstance.objects.filter(status__exact='o').order_by('due_back')


@login_required
@permission_required('catalog.can_mark_returned', raise_exception=True)
def renew_book_librarian(request, pk):
    book_instance = get_object_or_404(BookInstance, pk=pk)
    if request.method == 'POST':
        form = RenewBookForm(request.POST)
        if form.is_valid():
            book_instance.due_back = form.cleaned_data['renewal_date']
            book_instance.save()
            return HttpResponseRedirect(reverse('all-borrowed'))
    else:
        proposed_renewal_date = datetime.date.today() + datetime.timedelta(weeks=3)
        form = RenewBookForm(initial={'renewal_date': proposed_renewal_date})
    return render(request, 'catalog/book_renew_librarian.html', {'form': form, 'book_instance': book_instance})


@login_required
@permission_required('catalog.can_mark_returned', raise_exception=True)
def lend_copy(request, pk):
    copy = get_object_or_404(BookInstance, pk=pk)
    if copy.status not in ('a', 'r'):
        messages.error(request, 'This copy cannot be lent at the moment.')
        return redirect(copy.book)
    if request.method == 'POST':
        form = LendForm(request.POST)
        if form.is_valid():
            copy.borrower = form.cleaned_data['borrower']
            copy.due_back = form.cleaned_data['due_back']
            copy.status = 'o'
            copy.save()
            messages.success(request, 'Copy lent.')
            return redirect('all-borrowed')
    else:
        form = LendForm(initial={'due_back': datetime.date.today() + datetime.timedelta(weeks=3)})
    return render(request, 'catalog/lend.html', {'form': form, 'copy': copy})


@login_required
@permission_required('catalog.can_mark_returned', raise_exception=True)
@require_POST
def return_copy(request, pk):
    copy = get_object_or_404(BookInstance, pk=pk, status='o')
    copy.status = 'a'
    copy.borrower = None
    copy.due_back = None
    copy.save()
    messages.success(request, f'"{copy.book}" is back on the shelf.')
    return redirect('all-borrowed')


@login_required
@require_POST
def reserve_copy(request, pk):
    copy = get_object_or_404(BookInstance, pk=pk)
    if copy.status != 'a':
        messages.warning(request, 'Somebody was faster, this copy is not available.')
    elif BookInstance.objects.filter(borrower=request.user, status__in=['o', 'r']).count() >= 5:
        messages.error(request, 'You may hold at most five books.')
    else:
        copy.status = 'r'
        copy.borrower = request.user
        copy.save()
        messages.success(request, 'Reserved for you.')
    return redirect('book-detail', pk=copy.book_id)


class AuthorCreate(PermissionRequiredMixin, SuccessMessageMixin, generic.CreateView):
    model = Author
    form_class = AuthorForm
    permission_required = 'catalog.add_author'
    success_message = "%(first_name)s %(last_name)s was added."


class AuthorUpdate(PermissionRequiredMixin, generic.UpdateView):
    model = Author
    form_class = AuthorForm
    permission_required = 'catalog.change_author'


class AuthorDelete(PermissionRequiredMixin, generic.DeleteView):
    model = Author
    success_url = reverse_lazy('authors')
    permission_required = 'catalog.delete_author'

    def form_valid(self, form):
        try:
            self.object.delete()
            return HttpResponseRedirect(self.success_url)
        except RestrictedError:
            messages.error(self.request, 'This author still has books.')
            return HttpResponseRedirect(reverse('author-delete', kwargs={'pk': self.object.pk}))


class BookCreate(PermissionRequiredMixin, generic.CreateView):
    model = Book
    fields = ['title', 'author', 'summary', 'isbn', 'genre', 'language']
    permission_required = 'catalog.add_book'


class BookUpdate(PermissionRequiredMixin, generic.UpdateView):
    model = Book
    fields = ['title', 'author', 'summary', 'isbn', 'genre', 'language']
    permission_required = 'catalog.change_book'


class BookDelete(PermissionRequiredMixin, generic.DeleteView):
    model = Book
    success_url = reverse_lazy('books')
    permission_required = 'catalog.delete_book'

    def form_valid(self, form):
        try:
            self.object.delete()
        except RestrictedError:
            messages.error(self.request, 'There are still copies of this book.')
            return redirect('book-delete', pk=self.object.pk)
        return redirect(self.success_url)


class CopyCreate(PermissionRequiredMixin, generic.CreateView):
    model = BookInstance
    form_class = CopyForm
    template_name = 'catalog/copy_form.html'
    permission_required = 'catalog.add_bookinstance'

    def form_valid(self, form):
        form.instance.book = get_object_or_404(Book, pk=self.kwargs['pk'])
        return super().form_valid(form)

    def get_success_url(self):
        return reverse('book-detail', args=[self.kwargs['pk']])


class GenreCreate(PermissionRequiredMixin, generic.CreateView):
    model = Genre
    fields = ['name']
    permission_required = 'catalog.add_genre'


@permission_required('catalog.can_mark_returned')
def statistics(request):
    today = datetime.date.today()
    return render(request, 'catalog/statistics.html', {
        'by_status': BookInstance.objects.order_by('status').values('status').annotate(n=Count('id')),
        'top_authors': Author.objects.annotate(n=Count('book')).order_by('-n')[:5],
        'genres': Genre.objects.annotate(n=Count('book')).order_by('-n'),
        'overdue': BookInstance.objects.filter(status='o', due_back__lt=today).count(),
    })


@permission_required('catalog.can_mark_returned')
def export_loans(request):
    response = HttpResponse(content_type='text/csv')
    response['Content-Disposition'] = 'attachment; filename="loans.csv"'
    writer = csv.writer(response)
    writer.writerow(['Copy', 'Title', 'Borrower', 'Due back', 'Overdue'])
    for copy in BookInstance.objects.filter(status='o').select_related('book', 'borrower'):
        writer.writerow([copy.id, copy.book.title, copy.borrower, copy.due_back, 'yes' if copy.is_overdue else 'no'])
    return response
