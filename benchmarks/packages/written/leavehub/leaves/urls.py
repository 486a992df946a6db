from django.urls import path

from . import views

app_name = 'leaves'
urlpatterns = [
    path('', views.Dashboard.as_view(), name='dashboard'),
    path('leaves/', views.MyLeaves.as_view(), name='mine'),
    path('leaves/apply/', views.Apply.as_view(), name='apply'),
    path('leaves/<int:pk>/', views.Detail.as_view(), name='detail'),
    path('leaves/<int:pk>/edit/', views.Edit.as_view(), name='edit'),
    path('leaves/<int:pk>/cancel/', views.Cancel.as_view(), name='cancel'),
    path('team/', views.TeamLeaves.as_view(), name='team'),
    path('team/<int:pk>/decide/', views.Decide.as_view(), name='decide'),
    path('team/bulk/', views.BulkDecide.as_view(), name='bulk'),
    path('team/export/', views.ExportCSV.as_view(), name='export'),
    path('calendar/events/', views.CalendarEvents.as_view(), name='events'),
    path('types/', views.TypeList.as_view(), name='types'),
    path('types/add/', views.TypeCreate.as_view(), name='type-add'),
    path('types/<int:pk>/', views.TypeUpdate.as_view(), name='type-edit'),
    path('types/<int:pk>/delete/', views.TypeDelete.as_view(), name='type-delete'),
    path('holidays/add/', views.HolidayCreate.as_view(), name='holiday-add'),
]
