import re
from django.db import models
from django.contrib.auth.models import User
from django.urls import reverse


class Hashtag(models.Model):
    name = models.CharField(max_length=50, unique=True)

    def __str__(self):
        return '#' + self.name


class Post(models.Model):
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name='posts')
    image = models.ImageField(upload_to='posts/')
    caption = models.TextField(max_length=500, blank=True)
    location = models.CharField(max_length=60, blank=True)
    tags = models.ManyToManyField(Hashtag, related_name='posts', blank=True)
    likes = models.ManyToManyField(User, related_name='liked_posts', blank=True)
    bookmarks = models.ManyToManyField(User, related_name='bookmarks', blank=True)
    comments_off = models.BooleanField(default=False)
    date_posted = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ['-date_posted']

    def __str__(self):
        return f'{self.author} {self.pk}'

    def get_absolute_url(self):
        return reverse('post_detail', kwargs={'pk': self.pk})

    def update_tags(self):
        names = {n.lower() for n in re.findall(r'#(\w{1,50})', self.caption)}
        self.tags.set([Hashtag.objects.get_or_create(name=n)[0] for n in names])


class Comment(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name='comments')
    author = models.ForeignKey(User, on_delete=models.CASCADE)
    text = models.CharField(max_length=300)
    date = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ['date']
