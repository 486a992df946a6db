from django.urls import path

from . import views

urlpatterns = [
    path('', views.BrowseView.as_view(), name='browse'),
    path('folder/<int:folder_id>/', views.BrowseView.as_view(), name='folder'),
    path('register/', views.register, name='register'),
    path('folder/create/', views.create_folder, name='folder-create'),
    path('folder/<int:folder_id>/rename/', views.rename_folder, name='folder-rename'),
    path('folder/<int:folder_id>/delete/', views.delete_folder, name='folder-delete'),
    path('folder/<int:folder_id>/zip/', views.zip_folder, name='folder-zip'),
    path('upload/', views.UploadView.as_view(), name='upload'),
    path('file/<int:pk>/', views.FileDetail.as_view(), name='file-detail'),
    path('file/<int:pk>/download/', views.download, name='file-download'),
    path('file/<int:pk>/move/', views.move_file, name='file-move'),
    path('file/<int:pk>/star/', views.toggle_star, name='file-star'),
    path('file/<int:pk>/trash/', views.trash_file, name='file-trash'),
    path('file/<int:pk>/restore/', views.restore_file, name='file-restore'),
    path('trash/', views.TrashView.as_view(), name='trash'),
    path('trash/empty/', views.empty_trash, name='trash-empty'),
    path('file/<int:pk>/share/', views.ShareView.as_view(), name='share'),
    path('share/<int:pk>/revoke/', views.revoke_link, name='share-revoke'),
    path('s/<str:token>/', views.shared, name='shared'),
    path('s/<str:token>/download/', views.shared_download, name='shared-download'),
    path('api/search/', views.search_api, name='search-api'),
    path('api/usage/', views.usage_api, name='usage-api'),
    path('api/bulk/', views.bulk_api, name='bulk-api'),
    path('activity/export/', views.export_activity, name='activity-export'),
]
