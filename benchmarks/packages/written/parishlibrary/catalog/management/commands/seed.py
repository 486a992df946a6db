import datetime

from django.contrib.auth.models import Group, Permission, User
from django.core.management.base import BaseCommand

from catalog.models import Author, Book, BookInstance, Genre, Language

BOOKS = [
    ('The Salt Road', 'Marit', 'Oakes', '9780000000011', 'Crime'),
    ('Night Ferry', 'Marit', 'Oakes', '9780000000028', 'Crime'),
    ('Seven Small Gardens', 'Tobias', 'Lindqvist', '9780000000035', 'Poetry'),
    ('A Field Guide to Rain', 'Ruth', 'Adeyemi', '9780000000042', 'Nature'),
    ('Hedgerow', 'Ruth', 'Adeyemi', '9780000000059', 'Nature'),
    ('The Glass Parish', 'Ivor', 'Penhale', '9780000000066', 'Fantasy'),
    ('Tin Crown', 'Ivor', 'Penhale', '9780000000073', 'Fantasy'),
    ('Letters Never Sent', 'Clara', 'Bianchi', '9780000000080', 'Romance'),
    ('Orbit of Ceres', 'Wei', 'Zhang', '9780000000097', 'Science Fiction'),
    ('The Long Orbit', 'Wei', 'Zhang', '9780000000103', 'Science Fiction'),
    ('Quiet Machines', 'Wei', 'Zhang', '9780000000110', 'Science Fiction'),
    ('Bread and Bells', 'Clara', 'Bianchi', '9780000000127', 'Romance'),
]


class Command(BaseCommand):
    help = 'Fill the catalogue with some books and people'

    def handle(self, *args, **options):
        librarians, _ = Group.objects.get_or_create(name='Librarians')
        librarians.permissions.set(Permission.objects.filter(content_type__app_label='catalog'))
        User.objects.create_superuser('admin', 'admin@example.org', 'adminpass1')
        lib = User.objects.create_user('helen', 'helen@example.org', 'shelves-123')
        lib.groups.add(librarians)
        reader = User.objects.create_user('peter', 'peter@example.org', 'reading-123')
        reader2 = User.objects.create_user('amina', 'amina@example.org', 'reading-123')
        english = Language.objects.create(name='English')
        Language.objects.create(name='Italian')
        today = datetime.date.today()
        for i, (title, first, last, isbn, genre) in enumerate(BOOKS):
            author, _ = Author.objects.get_or_create(
                first_name=first, last_name=last, defaults={'date_of_birth': datetime.date(1950 + i, 3, 4)})
            book = Book.objects.create(title=title, author=author, isbn=isbn, language=english,
                                       summary=f'{title} is a favourite of our readers.')
            book.genre.add(Genre.objects.get_or_create(name=genre)[0])
            BookInstance.objects.create(book=book, imprint='First edition', status='a')
            if i % 3 == 0:
                BookInstance.objects.create(book=book, imprint='Paperback', status='o', borrower=reader,
                                            due_back=today + datetime.timedelta(days=i - 4))
            elif i % 3 == 1:
                BookInstance.objects.create(book=book, imprint='Paperback', status='o', borrower=reader2,
                                            due_back=today + datetime.timedelta(days=i))
            else:
                BookInstance.objects.create(book=book, imprint='Library binding', status='m')
        self.stdout.write(self.style.SUCCESS('Catalogue seeded.'))
