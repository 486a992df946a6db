from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand
from files.models import Activity, Folder, ShareLink, StoredFile


class Command(BaseCommand):
    def handle(self, *args, **options):
        User.objects.create_superuser('root', 'root@drop.local', 'root')
        for name in ('nina', 'omar'):
            u = User.objects.create_user(name, name + '@drop.local', 'pass12345')
            docs = Folder.objects.create(owner=u, name='Documents')
            Folder.objects.create(owner=u, name='2024', parent=docs)
            for i in range(4):
                f = StoredFile(owner=u, folder=docs if i % 2 else None, name='note%d.txt' % i, size=6,
                               is_trashed=i == 3)
                f.file.save('note%d.txt' % i, ContentFile(b'hello\n'))
                f.save()
                Activity.objects.create(user=u, text='uploaded ' + f.name)
                if i < 2:
                    link = ShareLink(file=f)
                    if i:
                        link.set_password('secret')
                    link.save()
