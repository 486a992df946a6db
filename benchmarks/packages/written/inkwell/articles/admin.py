from django.contrib import admin

from .models import Article, Comment, Tag

admin.site.register([Article, Comment, Tag])
