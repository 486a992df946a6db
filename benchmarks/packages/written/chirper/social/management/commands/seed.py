from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from social.models import Comment, FriendRequest, Message, Notification, Post


class Command(BaseCommand):
    def handle(self, *args, **options):
        User.objects.create_superuser('admin', 'admin@chirper.dev', 'admin')
        users = [User.objects.create_user(n, n + '@chirper.dev', 'pass12345') for n in ('ana', 'ben', 'cleo', 'dora')]
        posts = [Post.objects.create(author=u, body='Hello from %s number %d' % (u.username, i))
                 for u in users for i in range(3)]
        for i, p in enumerate(posts):
            p.likes.add(users[i % 4])
            Comment.objects.create(post=p, author=users[(i + 1) % 4], text='nice')
        users[0].profile.followers.add(users[1], users[2])
        users[1].profile.followers.add(users[0])
        users[0].profile.friends.add(users[3].profile)
        FriendRequest.objects.create(from_user=users[1], to_user=users[0])
        FriendRequest.objects.create(from_user=users[2], to_user=users[0])
        Message.objects.create(sender=users[1], recipient=users[0], text='hi')
        Message.objects.create(sender=users[0], recipient=users[1], text='hey')
        Notification.objects.create(user=users[0], actor=users[1], verb='follows you')
