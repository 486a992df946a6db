from django.urls import path

from .views import (ArticlesFavoriteAPIView, ArticlesFeedAPIView, ArticleViewSet, CommentsDestroyAPIView,
                    CommentsListCreateAPIView, TagListAPIView)

app_name = 'articles'

article_list = ArticleViewSet.as_view({'get': 'list', 'post': 'create'})
article_detail = ArticleViewSet.as_view({'get': 'retrieve', 'put': 'update', 'delete': 'destroy'})

urlpatterns = [
    path('articles', article_list),
    path('articles/feed', ArticlesFeedAPIView.as_view()),
    path('articles/<slug:slug>', article_detail),
    path('articles/<slug:article_slug>/favorite', ArticlesFavoriteAPIView.as_view()),
    path('articles/<slug:article_slug>/comments', CommentsListCreateAPIView.as_view()),
    path('articles/<slug:article_slug>/comments/<int:comment_pk>', CommentsDestroyAPIView.as_view()),
    path('tags', TagListAPIView.as_view()),
]
