from rest_framework import generics, mixins, status, viewsets
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.permissions import AllowAny, IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from inkwell.renderers import EnvelopeRenderer

from .models import Article, Comment, Tag
from .serializers import ArticleSerializer, CommentSerializer


class ArticleJSONRenderer(EnvelopeRenderer):
    object_label = 'article'
    pagination_object_label = 'articles'
    pagination_count_label = 'articlesCount'


class CommentJSONRenderer(EnvelopeRenderer):
    object_label = 'comment'
    pagination_object_label = 'comments'
    pagination_count_label = 'commentsCount'


class ArticleViewSet(mixins.CreateModelMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin,
                     viewsets.GenericViewSet):
    lookup_field = 'slug'
    queryset = Article.objects.select_related('author', 'author__user')
    permission_classes = (IsAuthenticatedOrReadOnly,)
    renderer_classes = (ArticleJSONRenderer,)
    serializer_class = ArticleSerializer

    def get_queryset(self):
        queryset = self.queryset
        params = self.request.query_params
        if params.get('author'):
            queryset = queryset.filter(author__user__username=params['author'])
        if params.get('tag'):
            queryset = queryset.filter(tags__tag=params['tag'])
        if params.get('favorited'):
            queryset = queryset.filter(favorited_by__user__username=params['favorited'])
        return queryset

    def _get(self, slug):
        try:
            return self.queryset.get(slug=slug)
        except Article.DoesNotExist:
            raise NotFound('An article with this slug does not exist.')

    def _own(self, slug):
        article = self._get(slug)
        if article.author != self.request.user.profile:
            raise PermissionDenied('You are not the author of this article.')
        return article

    def create(self, request):
        serializer = self.serializer_class(
            data=request.data.get('article', {}),
            context={'author': request.user.profile, 'request': request})
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data, status=status.HTTP_201_CREATED)

    def retrieve(self, request, slug):
        return Response(self.serializer_class(self._get(slug), context={'request': request}).data)

    def update(self, request, slug):
        article = self._own(slug)
        serializer = self.serializer_class(article, context={'request': request},
                                           data=request.data.get('article', {}), partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    def destroy(self, request, slug):
        self._own(slug).delete()
        return Response(None, status=status.HTTP_204_NO_CONTENT)


class CommentsListCreateAPIView(generics.ListCreateAPIView):
    lookup_field = 'article__slug'
    lookup_url_kwarg = 'article_slug'
    permission_classes = (IsAuthenticatedOrReadOnly,)
    queryset = Comment.objects.select_related('article', 'author', 'author__user')
    renderer_classes = (CommentJSONRenderer,)
    serializer_class = CommentSerializer

    def filter_queryset(self, queryset):
        return queryset.filter(**{self.lookup_field: self.kwargs[self.lookup_url_kwarg]})

    def create(self, request, article_slug=None):
        try:
            article = Article.objects.get(slug=article_slug)
        except Article.DoesNotExist:
            raise NotFound('An article with this slug does not exist.')
        context = {'author': request.user.profile, 'article': article, 'request': request}
        serializer = self.serializer_class(data=request.data.get('comment', {}), context=context)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data, status=status.HTTP_201_CREATED)


class CommentsDestroyAPIView(generics.DestroyAPIView):
    permission_classes = (IsAuthenticated,)

    def destroy(self, request, article_slug=None, comment_pk=None):
        try:
            comment = Comment.objects.get(pk=comment_pk, article__slug=article_slug)
        except Comment.DoesNotExist:
            raise NotFound('A comment with this ID does not exist.')
        if comment.author != request.user.profile:
            raise PermissionDenied()
        comment.delete()
        return Response(None, status=status.HTTP_204_NO_CONTENT)


class ArticlesFavoriteAPIView(APIView):
    permission_classes = (IsAuthenticated,)
    renderer_classes = (ArticleJSONRenderer,)
    serializer_class = ArticleSerializer

    def _toggle(self, request, slug, add):
        try:
            article = Article.objects.get(slug=slug)
        except Article.DoesNotExist:
            raise NotFound('An article with this slug was not found.')
        favorites = request.user.profile.favorites
        favorites.add(article) if add else favorites.remove(article)
        return self.serializer_class(article, context={'request': request}).data

    def delete(self, request, article_slug=None):
        return Response(self._toggle(request, article_slug, False))

    def post(self, request, article_slug=None):
        return Response(self._toggle(request, article_slug, True), status=status.HTTP_201_CREATED)


class TagListAPIView(generics.ListAPIView):
    queryset = Tag.objects.all()
    pagination_class = None
    permission_classes = (AllowAny,)

    def list(self, request):
        return Response({'tags': [t.tag for t in self.get_queryset()]})


class ArticlesFeedAPIView(generics.ListAPIView):
    permission_classes = (IsAuthenticated,)
    queryset = Article.objects.all()
    renderer_classes = (ArticleJSONRenderer,)
    serializer_class = ArticleSerializer

    def get_queryset(self):
        return Article.objects.filter(author__in=self.request.user.profile.follows.all())
