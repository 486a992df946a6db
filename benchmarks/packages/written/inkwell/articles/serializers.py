from django.utils.text import slugify
from rest_framework import serializers

from profiles.serializers import ProfileSerializer

from .models import Article, Comment, Tag


class TagRelatedField(serializers.RelatedField):
    def get_queryset(self):
        return Tag.objects.all()

    def to_internal_value(self, data):
        tag, _ = Tag.objects.get_or_create(slug=slugify(data), defaults={'tag': data})
        return tag

    def to_representation(self, value):
        return value.tag


class ArticleSerializer(serializers.ModelSerializer):
    author = ProfileSerializer(read_only=True)
    slug = serializers.SlugField(required=False, read_only=True)
    description = serializers.CharField(required=False, allow_blank=True)
    favorited = serializers.SerializerMethodField()
    favoritesCount = serializers.SerializerMethodField()
    tagList = TagRelatedField(many=True, required=False, source='tags')
    createdAt = serializers.DateTimeField(source='created_at', read_only=True)
    updatedAt = serializers.DateTimeField(source='updated_at', read_only=True)

    class Meta:
        model = Article
        fields = ('author', 'body', 'createdAt', 'description', 'favorited', 'favoritesCount', 'slug',
                  'tagList', 'title', 'updatedAt')

    def create(self, validated_data):
        tags = validated_data.pop('tags', [])
        article = Article.objects.create(author=self.context['author'], **validated_data)
        article.tags.set(tags)
        return article

    def get_favorited(self, instance):
        request = self.context.get('request')
        if request is None or not request.user.is_authenticated:
            return False
        return request.user.profile.has_favorited(instance)

    def get_favoritesCount(self, instance):
        return instance.favorited_by.count()


class CommentSerializer(serializers.ModelSerializer):
    author = ProfileSerializer(required=False, read_only=True)
    createdAt = serializers.DateTimeField(source='created_at', read_only=True)
    updatedAt = serializers.DateTimeField(source='updated_at', read_only=True)

    class Meta:
        model = Comment
        fields = ('id', 'author', 'body', 'createdAt', 'updatedAt')

    def create(self, validated_data):
        return Comment.objects.create(author=self.context['author'], article=self.context['article'],
                                      **validated_data)
