from rest_framework import serializers

from .models import Profile


class ProfileSerializer(serializers.ModelSerializer):
    username = serializers.CharField(source='user.username')
    image = serializers.SerializerMethodField()
    following = serializers.SerializerMethodField()

    class Meta:
        model = Profile
        fields = ('username', 'bio', 'image', 'following')
        read_only_fields = ('username',)

    def get_image(self, obj):
        return obj.image or 'https://static.example.org/smiley.jpg'

    def get_following(self, instance):
        request = self.context.get('request')
        if request is None or not request.user.is_authenticated:
            return False
        return request.user.profile.is_following(instance)
